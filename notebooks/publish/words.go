package publish

import "strings"

// words is what pages say by themselves.
type words struct {
	lang string
	date string // layout of dates

	Contents, Output, Error, Stderr, Copy, Copied, Skip, Theme, Link, Index, Previous, Next, Table, Picture, Diagram, Formula,
	ShowInput, ShowOutput, ShowText, Done, ToDo, Back, BackTo, Generated, RemotePicture, AsText string
	index string
}

var languages = []*words{
	{
		lang: "en", date: "2 January 2006",
		Contents: "Contents", Output: "Output", Error: "Error", Stderr: "Standard error", Copy: "Copy", Copied: "Copied", Skip: "Skip to the text",
		Theme: "Light or dark", Link: "Link to this section", Index: "All pages", Previous: "Previous", Next: "Next", Table: "Table", Picture: "Picture",
		Diagram: "Diagram", Formula: "Formula", ShowInput: "Show the code", ShowOutput: "Show the output", ShowText: "Show more", Done: "done", ToDo: "to do", Back: "Back to the text",
		BackTo: "Footnote", Generated: "Made with Iyagi from", RemotePicture: "picture", AsText: "The same as text", index: "Notebooks",
	},
	{
		lang: "ko", date: "2006년 1월 2일",
		Contents: "목차", Output: "출력", Error: "오류", Stderr: "표준 오류", Copy: "복사", Copied: "복사했습니다", Skip: "본문으로 건너뛰기",
		Theme: "밝은 화면과 어두운 화면 바꾸기", Link: "이 절의 링크", Index: "전체 목록", Previous: "이전 글", Next: "다음 글", Table: "표", Picture: "그림",
		Diagram: "다이어그램", Formula: "수식", ShowInput: "코드 보기", ShowOutput: "출력 보기", ShowText: "더 보기", Done: "마침", ToDo: "할 일", Back: "본문으로 돌아가기",
		BackTo: "각주", Generated: "Iyagi로 만든 페이지 · 원본", RemotePicture: "그림", AsText: "글자로 보기", index: "노트북",
	},
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
