#include "textflag.h"

// Each entry loads its function value from the table and jumps to its code. DX is the closure
// context; the registers of arguments stay as they are.
#define E1(n) MOVQ ·table+(8*(n))(SB), DX; JMP (DX);
#define E4(n) E1(n) E1((n)+1) E1((n)+2) E1((n)+3)
#define E16(n) E4(n) E4((n)+4) E4((n)+8) E4((n)+12)
#define E64(n) E16(n) E16((n)+16) E16((n)+32) E16((n)+48)
#define E256(n) E64(n) E64((n)+64) E64((n)+128) E64((n)+192)
#define E1024(n) E256(n) E256((n)+256) E256((n)+512) E256((n)+768)
#define E4096(n) E1024(n) E1024((n)+1024) E1024((n)+2048) E1024((n)+3072)
#define E16384(n) E4096(n) E4096((n)+4096) E4096((n)+8192) E4096((n)+12288)

TEXT ·stubCode(SB), NOSPLIT|NOFRAME, $0-0
	E16384(0)
	E16384(16384)
	E16384(32768)
	E16384(49152)
	E16384(65536)
	E16384(81920)
	E16384(98304)
	E16384(114688)
	RET

// func firstStub() uintptr
TEXT ·firstStub(SB), NOSPLIT, $0-8
	LEAQ ·stubCode(SB), AX
	MOVQ AX, ret+0(FP)
	RET
