//go:build !race

package rtype

const raceDetector = false
