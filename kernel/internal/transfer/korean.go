package transfer

import "fmt"

// inKorean are the reasons of an Error as readers of Korean see them on a run card.
var inKorean = map[string]string{
	isChannel:                          "채널은 한 프로세스의 고루틴끼리만 공유할 수 있습니다",
	isUnsafe:                           "unsafe 포인터입니다",
	isFunction:                         "함수 값입니다. func로 선언한 함수는 복사할 필요가 없습니다",
	isInterpreters:                     "인터프리터에 속한 값입니다",
	"it is a mutex in use":             "사용 중인 뮤텍스입니다",
	"it is a reflect.Value":            "reflect.Value입니다",
	"it is an open file":               "열려 있는 파일입니다",
	"it is an open file or connection": "열려 있는 파일이나 연결입니다",
	"it is a context, which only goroutines of one process can share": "컨텍스트는 한 프로세스의 고루틴끼리만 공유할 수 있습니다",
}

// In is the error in the language: "en" or "ko".
func (e *Error) In(language string) string {
	why, known := inKorean[e.Why]
	if language != "ko" || !known {
		return e.Error()
	}
	return fmt.Sprintf("변수 %s(%s)을(를) 다른 프로세스로 복사할 수 없습니다: %s", e.Path, e.Type, why)
}
