package display_test

import "iyagi/kernel/display"

func ExampleTable() {
	type country struct {
		Name    string `display:"나라"`
		Capital string `display:"수도"`
		Founded int    `display:"연도"`
	}
	display.Display(display.Table([]country{{"대한민국", "서울", 1948}, {"France", "Paris", 843}}))
	// Output:
	// 나라      수도   연도
	// --------  -----  ----
	// 대한민국  서울   1948
	// France    Paris   843
}

func ExampleHTML() {
	display.Display(display.HTML("<b>안녕</b>"))
	// Output: 안녕
}

func ExampleBundle() {
	display.Display(display.Bundle{
		"text/html":  "<b>3</b>",
		"text/plain": "3",
	})
	// Output: 3
}
