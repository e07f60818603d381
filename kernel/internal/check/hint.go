package check

import (
	"go/token"
)

// fail notes an error at a place of the cell.
func (c *checking) fail(pos token.Pos, msg, hint string) {
	offset, _ := c.offset(pos)
	c.errors = append(c.errors, &Error{Pos: token.Position{Offset: offset}, Msg: msg, Hint: hint})
}

func (c *checking) hint(string) string { return "" }

func (c *checking) pathHint(string) string { return "" }
