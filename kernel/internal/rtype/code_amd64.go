package rtype

// stubSize is the length of a stub's code in bytes.
const stubSize = 9
