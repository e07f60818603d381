package vm

import "fmt"

// verify checks the fields of every instruction.
func (c *Code) verify() error {
	if len(c.Ins) == 0 {
		return errCode
	}
	switch c.Ins[len(c.Ins)-1].Op {
	case Return, Jump, Panic:
	default:
		return fmt.Errorf("%w: it does not end", errCode)
	}
	for _, list := range [][]Layout{c.Params, c.Results} {
		if n, p := registers(list); n > c.N || p > c.P {
			return errCode
		}
	}
	if _, p := registers(c.Params); p+c.Captured > c.P {
		return errCode
	}
	for at, i := range c.Ins {
		spec := specs[i.Op].spec
		if spec == "" || !c.field(spec[0], i.A) || !c.field(spec[1], i.B) || !c.field(spec[2], i.C) || !c.extra(spec[3], i) {
			return fmt.Errorf("%w: instruction %d (%v)", errCode, at, i.Op)
		}
	}
	return nil
}

func registers(list []Layout) (n, p int) {
	for i := range list {
		ln, lp := list[i].Registers()
		n, p = n+ln, p+lp
	}
	return n, p
}

func (c *Code) field(spec byte, v uint16) bool {
	x := int(v)
	switch spec {
	case 'n':
		return x < c.N
	case '2', '3', '5':
		return x+int(spec-'0') <= c.N
	case 'p':
		return x < c.P
	case 'q':
		return x+2 <= c.P
	case 'j':
		return x < len(c.Ins)
	case 'N':
		return x <= c.N
	case 'P':
		return x <= c.P
	}
	return spec == '.' || spec == '*'
}

func (c *Code) extra(spec byte, i Ins) bool {
	low := int(uint64(i.K) & 0xffff)
	switch spec {
	case 'r':
		return i.K >= 0 && i.K < int64(c.N)
	case 'R':
		return low < c.N && int(uint64(i.K)>>16) < c.N && i.K >= 0
	case 'L':
		return low < c.N && i.K >= 0
	case 'W':
		return low < c.N && i.K >= 0 && int(i.K>>16) < len(c.Types)
	case 'A', 'd':
		return i.K != 0 && i.K != -1
	case 'c':
		return i.K >= 1 && i.K < MaxRegisters && int(i.A)+int(i.K) <= c.P && int(i.B)+int(i.K) <= c.N
	case 'D':
		return i.K >= 0 && low < len(c.Types) && int(i.K>>16) < len(c.Types)
	case 'T':
		return within(i.K, len(c.Types))
	case 'S':
		return within(i.K, len(c.Strings))
	case 'G':
		return within(i.K, len(c.Globals))
	case 'F':
		return within(i.K, len(c.Funcs))
	case 'B':
		return within(i.K, len(c.Tables))
	case 'C':
		return i.K >= 0 && low < len(c.Funcs) && int(i.K>>16&0xffff) < len(c.Types) && int(i.B)+int(i.C) <= c.P && c.task(i)
	case 'V':
		return within(i.K, len(c.Natives))
	case 't':
		return within(i.K, len(c.Tabs))
	case 's':
		return within(i.K, len(c.Tabs)) && c.Tabs[i.K].Type >= 0
	case 'M':
		return within(i.K, len(c.Methods)) && c.method(i)
	case 'X':
		return within(i.K, len(c.Natives)) && c.native(i)
	}
	return spec == 'i' || spec == '.'
}

func (c *Code) native(i Ins) bool {
	ref := &c.Natives[i.K]
	for _, list := range [][]Layout{ref.Params, ref.Results} {
		if n, p := registers(list); int(i.A)+n > c.N || int(i.B)+p > c.P {
			return false
		}
	}
	return true
}

// method checks the windows of a call: the arguments stand behind a pointer for the receiver.
func (c *Code) method(i Ins) bool {
	n, p := registers(c.Methods[i.K].Params)
	rn, rp := registers(c.Methods[i.K].Results)
	return int(i.A)+max(n, rn) <= c.N && int(i.B)+max(p+1, rp) <= c.P && int(i.C)+2 <= c.P
}

// task checks the captured variables of a literal that has an identity.
func (c *Code) task(i Ins) bool {
	n := int(i.K >> 32)
	if n > len(c.Tasks) {
		return false
	}
	if n > 0 {
		for _, v := range c.Tasks[n-1].Vars {
			if v >= int(i.C) {
				return false
			}
		}
	}
	return true
}

func within(k int64, n int) bool { return k >= 0 && k < int64(n) }

// Target tells whether an operation's only effect is to set the register a, of the numbers or of the pointers.
func (o Op) Target() (number, pointer bool) {
	switch {
	case o >= Move && o <= MoveP, o == Const, o == NilP, o == Global, o >= Add && o <= Not, o >= Sx8 && o <= LeS,
		o >= Load8 && o <= LoadP, o >= Offset && o <= IndexF32, o == IndexA64:
		return specs[o].spec[0] == 'n', specs[o].spec[0] == 'p'
	}
	return false, false
}
