#include "textflag.h"

// The second word of the closure is the function value to call. DX is the closure
// context; the registers of arguments stay as they are.
TEXT ·forward(SB), NOSPLIT|NOFRAME, $0-0
	MOVQ 8(DX), DX
	JMP (DX)

// func forwardCode() uintptr
TEXT ·forwardCode(SB), NOSPLIT, $0-8
	LEAQ ·forward(SB), AX
	MOVQ AX, ret+0(FP)
	RET
