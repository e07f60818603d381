#include "textflag.h"

// The second word of the closure is the function value to call. R26 is the closure
// context; the registers of arguments stay as they are.
TEXT ·forward(SB), NOSPLIT|NOFRAME, $0-0
	MOVD 8(R26), R26
	MOVD (R26), R16
	JMP (R16)

// func forwardCode() uintptr
TEXT ·forwardCode(SB), NOSPLIT, $0-8
	MOVD $·forward(SB), R0
	MOVD R0, ret+0(FP)
	RET
