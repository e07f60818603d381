package verify

// Line is a line of a difference.
type Line struct {
	Op   byte // ' ' in both, '-' stored only, '+' new only, '@' before lines that do not follow the ones before
	Text string
}

// context is the number of lines that stand around what differs.
const context = 3

// most is the size of the table for the longest common subsequence; what is larger is
// told as one change.
const most = 1 << 20

// diff returns nil when the two say the same.
func (c *comparison) diff(old, fresh flat) []Line {
	if c.agree(old, fresh) {
		return nil
	}
	same := func(i, j int) bool {
		return c.equal(&old[i], &fresh[j], false)
	}
	n, m := len(old), len(fresh)
	head := 0
	for head < min(n, m) && same(head, head) {
		head++
	}
	tail := 0
	for tail < min(n, m)-head && same(n-1-tail, m-1-tail) {
		tail++
	}
	var script []Line
	for i := range head {
		script = append(script, Line{' ', fresh[i].text})
	}
	script = append(script, middle(old, fresh, head, n-tail, m-tail, same)...)
	for i := range tail {
		script = append(script, Line{' ', fresh[m-tail+i].text})
	}
	return hunks(script)
}

// agree compares line by line and remembers what became what. It is the judge; diff only
// shows where.
func (c *comparison) agree(old, fresh flat) bool {
	if len(old) != len(fresh) {
		return false
	}
	ok := true
	for i := range old {
		if !c.equal(&old[i], &fresh[i], true) {
			ok = false
		}
	}
	return ok
}

// middle is the shortest script between two lists of lines that begin and end
// differently.
func middle(old, fresh flat, from, oldEnd, freshEnd int, same func(i, j int) bool) []Line {
	n, m := oldEnd-from, freshEnd-from
	var script []Line
	remove := func(i int) { script = append(script, Line{'-', old[from+i].text}) }
	add := func(j int) { script = append(script, Line{'+', fresh[from+j].text}) }
	i, j := 0, 0
	if n*m <= most {
		table := longest(n, m, func(i, j int) bool { return same(from+i, from+j) })
		for i < n && j < m {
			switch {
			case same(from+i, from+j):
				script = append(script, Line{' ', fresh[from+j].text})
				i, j = i+1, j+1
			case table[i+1][j] >= table[i][j+1]:
				remove(i)
				i++
			default:
				add(j)
				j++
			}
		}
	}
	for ; i < n; i++ {
		remove(i)
	}
	for ; j < m; j++ {
		add(j)
	}
	return script
}

// longest has the length of the longest common subsequence from each pair of places on.
func longest(n, m int, same func(i, j int) bool) [][]int32 {
	table := make([][]int32, n+1)
	for i := range table {
		table[i] = make([]int32, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if same(i, j) {
				table[i][j] = table[i+1][j+1] + 1
			} else {
				table[i][j] = max(table[i+1][j], table[i][j+1])
			}
		}
	}
	return table
}

// hunks leaves out the lines that are far from what differs.
func hunks(script []Line) []Line {
	keep := make([]bool, len(script))
	for i, l := range script {
		if l.Op != ' ' {
			for j := max(0, i-context); j <= min(len(script)-1, i+context); j++ {
				keep[j] = true
			}
		}
	}
	var list []Line
	for i, l := range script {
		if keep[i] {
			if i > 0 && !keep[i-1] {
				list = append(list, Line{'@', ""})
			}
			list = append(list, l)
		}
	}
	return list
}
