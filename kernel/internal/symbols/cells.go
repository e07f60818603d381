package symbols

import (
	"maps"
	"reflect"

	"github.com/traefik/yaegi/interp"

	"iyagi/kernel/display"
	"iyagi/kernel/internal/act"
	"iyagi/kernel/internal/card"
	"iyagi/kernel/process"
	"iyagi/kernel/thread"
)

func init() { maps.Copy(own, cells) }

// cells are the packages that cells import, and package card, whose types have
// other names in process and thread, and package act, which commands call. A test tells what is missing.
var cells = interp.Exports{
	"iyagi/kernel/internal/act/act": {
		"B":        reflect.ValueOf(act.B),
		"Begin":    reflect.ValueOf(act.Begin),
		"Case":     reflect.ValueOf((*act.Case)(nil)),
		"Cd":       reflect.ValueOf(act.Cd),
		"End":      reflect.ValueOf(act.End),
		"Env":      reflect.ValueOf(act.Env),
		"Failure":  reflect.ValueOf((*act.Failure)(nil)),
		"Help":     reflect.ValueOf(act.Help),
		"Reset":    reflect.ValueOf(act.Reset),
		"Shell":    reflect.ValueOf(act.Shell),
		"T":        reflect.ValueOf(act.T),
		"Test":     reflect.ValueOf(act.Test),
		"Var":      reflect.ValueOf(act.Var),
		"Variable": reflect.ValueOf((*act.Variable)(nil)),
		"Who":      reflect.ValueOf(act.Who),
	},
	"iyagi/kernel/display/display": {
		"Bundle":          reflect.ValueOf((*display.Bundle)(nil)),
		"Bundler":         reflect.ValueOf((*display.Bundler)(nil)),
		"Clear":           reflect.ValueOf(display.Clear),
		"CurrentLanguage": reflect.ValueOf(display.CurrentLanguage),
		"Display":         reflect.ValueOf(display.Display),
		"DisplayID":       reflect.ValueOf(display.DisplayID),
		"EscapeMarkdown":  reflect.ValueOf(display.EscapeMarkdown),
		"GIF":             reflect.ValueOf((*display.GIF)(nil)),
		"Grid":            reflect.ValueOf((*display.Grid)(nil)),
		"HTML":            reflect.ValueOf((*display.HTML)(nil)),
		"Handle":          reflect.ValueOf((*display.Handle)(nil)),
		"Image":           reflect.ValueOf((*display.Image)(nil)),
		"JPEG":            reflect.ValueOf((*display.JPEG)(nil)),
		"JSON":            reflect.ValueOf(display.JSON),
		"LaTeX":           reflect.ValueOf((*display.LaTeX)(nil)),
		"Language":        reflect.ValueOf(display.Language),
		"Markdown":        reflect.ValueOf((*display.Markdown)(nil)),
		"Mermaid":         reflect.ValueOf((*display.Mermaid)(nil)),
		"MetadataBundler": reflect.ValueOf((*display.MetadataBundler)(nil)),
		"Of":              reflect.ValueOf(display.Of),
		"PNG":             reflect.ValueOf((*display.PNG)(nil)),
		"Result":          reflect.ValueOf(display.Result),
		"SVG":             reflect.ValueOf((*display.SVG)(nil)),
		"Table":           reflect.ValueOf(display.Table),
		"Text":            reflect.ValueOf((*display.Text)(nil)),
		"VegaLite":        reflect.ValueOf(display.VegaLite),
	},
	"iyagi/kernel/internal/card/card": {
		"Exited":   reflect.ValueOf(card.Exited),
		"Failed":   reflect.ValueOf(card.Failed),
		"Group":    reflect.ValueOf((*card.Group)(nil)),
		"Killed":   reflect.ValueOf(card.Killed),
		"Line":     reflect.ValueOf((*card.Line)(nil)),
		"Order":    reflect.ValueOf((*card.Order)(nil)),
		"Orders":   reflect.ValueOf((*card.Orders)(nil)),
		"Schedule": reflect.ValueOf((*card.Schedule)(nil)),
		"Step":     reflect.ValueOf((*card.Step)(nil)),
		"Running":  reflect.ValueOf(card.Running),
		"State":    reflect.ValueOf((*card.State)(nil)),
		"Task":     reflect.ValueOf((*card.Task)(nil)),
		"Waiting":  reflect.ValueOf(card.Waiting),
	},
	"iyagi/kernel/process/process": {
		"Dir":          reflect.ValueOf(process.Dir),
		"Env":          reflect.ValueOf(process.Env),
		"Exec":         reflect.ValueOf(process.Exec),
		"Exited":       reflect.ValueOf(process.Exited),
		"Failed":       reflect.ValueOf(process.Failed),
		"Group":        reflect.ValueOf((*process.Group)(nil)),
		"InputError":   reflect.ValueOf((*process.InputError)(nil)),
		"Killed":       reflect.ValueOf(process.Killed),
		"Launcher":     reflect.ValueOf((*process.Launcher)(nil)),
		"Line":         reflect.ValueOf((*process.Line)(nil)),
		"MapError":     reflect.ValueOf((*process.MapError)(nil)),
		"Map__":        reflect.ValueOf(process.Map__),
		"MaxAtOnce":    reflect.ValueOf(process.MaxAtOnce),
		"Name":         reflect.ValueOf(process.Name),
		"Option":       reflect.ValueOf((*process.Option)(nil)),
		"Process":      reflect.ValueOf((*process.Process)(nil)),
		"Run":          reflect.ValueOf(process.Run),
		"Running":      reflect.ValueOf(process.Running),
		"Start":        reflect.ValueOf(process.Start),
		"State":        reflect.ValueOf((*process.State)(nil)),
		"Stdin":        reflect.ValueOf(process.Stdin),
		"Task":         reflect.ValueOf((*process.Task)(nil)),
		"Timeout":      reflect.ValueOf(process.Timeout),
		"TimeoutError": reflect.ValueOf((*process.TimeoutError)(nil)),
		"Wait":         reflect.ValueOf(process.Wait),
		"Waiting":      reflect.ValueOf(process.Waiting),
		"Workers":      reflect.ValueOf(process.Workers),
		"With":         reflect.ValueOf(process.With),
	},
	"iyagi/kernel/thread/thread": {
		"Exited":     reflect.ValueOf(thread.Exited),
		"Failed":     reflect.ValueOf(thread.Failed),
		"Goroutines": reflect.ValueOf(thread.Goroutines),
		"Core":       reflect.ValueOf(thread.Core),
		"Pin":        reflect.ValueOf(thread.Pin),
		"Schedule":   reflect.ValueOf((*thread.Schedule)(nil)),
		"Group":      reflect.ValueOf((*thread.Group)(nil)),
		"ID":         reflect.ValueOf(thread.ID),
		"Killed":     reflect.ValueOf(thread.Killed),
		"Line":       reflect.ValueOf((*thread.Line)(nil)),
		"MainID":     reflect.ValueOf(thread.MainID),
		"MaxAlive":   reflect.ValueOf(thread.MaxAlive),
		"Run":        reflect.ValueOf(thread.Run),
		"Running":    reflect.ValueOf(thread.Running),
		"Start":      reflect.ValueOf(thread.Start),
		"State":      reflect.ValueOf((*thread.State)(nil)),
		"Task":       reflect.ValueOf((*thread.Task)(nil)),
		"Thread":     reflect.ValueOf((*thread.Thread)(nil)),
		"Wait":       reflect.ValueOf(thread.Wait),
		"Waiting":    reflect.ValueOf(thread.Waiting),
	},
}
