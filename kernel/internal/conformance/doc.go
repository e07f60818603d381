// Package conformance holds tests of the whole way of a cell, from a client's
// request through the kernel process to the evaluator process, against the Go
// toolchain: it has no code of its own but tests.
//
//   - TestGo runs Go's own test programs ($GOROOT/test), each as one cell
//     (go_test.go);
//   - TestDifferential and FuzzDifferential compare generated programs with what
//     the Go compiler makes of them (differential_test.go; the generator is in
//     generate_*_test.go);
//   - TestGrowth runs thousands of cells in one session (growth_test.go);
//   - BenchmarkRun compares the evaluator with plain yaegi (bench_test.go).
//
// What is known to fail stands in files below testdata, one program a line with
// the reason. These lists may only shrink: a listed program that passes fails
// its test, so that the line is removed.
package conformance
