//go:build race

package rtype

// raceDetector tells that the race detector watches, for which writes that readers may see half done are an error.
const raceDetector = true
