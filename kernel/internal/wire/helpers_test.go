package wire

import "runtime"

// heap returns the bytes of live objects, after a collection.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // so that pools are empty
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
