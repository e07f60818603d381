package publish

import "strings"

// words is what pages say by themselves.
type words struct {
	lang string

	contents, output, code, copy, copied string
}

var languages = []*words{
	{lang: "en", contents: "Contents", output: "Output", code: "Code", copy: "Copy", copied: "Copied"},
	{lang: "ko", contents: "목차", output: "출력", code: "코드", copy: "복사", copied: "복사됨"},
}

// wordsOf returns the words of a language, English for one that has none.
func wordsOf(lang string) *words {
	primary, _, _ := strings.Cut(strings.ToLower(lang), "-")
	for _, w := range languages {
		if w.lang == primary {
			return w
		}
	}
	return languages[0]
}
