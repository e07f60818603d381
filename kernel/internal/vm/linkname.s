// The run time's functions of type.go have no bodies here: a file of assembler lets the compiler accept that.
