// Command gen writes the embedded data of package stdlib: the types and the
// doc comments of the packages that cells may import. It is run by go generate
// in the directory of package stdlib and needs the Go toolchain, whose
// standard library it describes.
package main

import (
	"log"
	"os"
	"path/filepath"

	"iyagi/kernel/internal/stdlib/gen/pack"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("stdlib/gen: ")
	data, err := pack.Build()
	if err != nil {
		log.Fatal(err)
	}
	for name, content := range data {
		if err := os.MkdirAll("data", 0o755); err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join("data", name), content, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
