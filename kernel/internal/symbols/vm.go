package symbols

import (
	"reflect"

	"iyagi/kernel/internal/vm"
)

// Package vm runs functions of plain data, see package lower's plain.go.
func init() {
	own["iyagi/kernel/internal/vm/vm"] = map[string]reflect.Value{
		"Bind":    reflect.ValueOf(vm.Bind),
		"Define":  reflect.ValueOf(vm.Define),
		"Methods": reflect.ValueOf(vm.Methods),
	}
}
