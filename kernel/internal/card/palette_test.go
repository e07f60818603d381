package card

import (
	"fmt"
	"math"
	"strconv"
	"testing"
)

// rgb is a colour in linear light.
type rgb [3]float64

func parse(t *testing.T, c colour) rgb {
	t.Helper()
	var out rgb
	for i := range out {
		n, err := strconv.ParseUint(string(c[1+2*i:3+2*i]), 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		s := float64(n) / 255 // the transfer function of IEC 61966-2-1
		if s <= 0.04045 {
			out[i] = s / 12.92
		} else {
			out[i] = math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	return out
}

// contrast is that of WCAG 2.2, from 1 to 21.
func contrast(a, b rgb) float64 {
	l := func(c rgb) float64 { return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2] + 0.05 }
	return max(l(a), l(b)) / min(l(a), l(b))
}

// lab is CIE 1976 L*a*b* under D65.
func lab(c rgb) (l, a, b float64) {
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x := f((0.4124564*c[0] + 0.3575761*c[1] + 0.1804375*c[2]) / 0.95047)
	y := f(0.2126729*c[0] + 0.7151522*c[1] + 0.0721750*c[2])
	z := f((0.0193339*c[0] + 0.1191920*c[1] + 0.9503041*c[2]) / 1.08883)
	return 116*y - 16, 500 * (x - y), 200 * (y - z)
}

func distance(a, b rgb) float64 {
	l1, a1, b1 := lab(a)
	l2, a2, b2 := lab(b)
	return math.Sqrt((l1-l2)*(l1-l2) + (a1-a2)*(a1-a2) + (b1-b2)*(b1-b2))
}

// sights are what readers see: Machado, Oliveira and Fernandes (2009), table 1, severity 1.
var sights = map[string][3]rgb{
	"all colours": {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"no red":      {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"no green":    {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"no blue":     {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

func see(m [3]rgb, c rgb) (out rgb) {
	for i, row := range m {
		out[i] = min(max(row[0]*c[0]+row[1]*c[1]+row[2]*c[2], 0), 1)
	}
	return out
}

// TestPalette holds what the comment at palette promises. Letters tell the writers
// apart too; a distance of 20 is one that nobody overlooks.
func TestPalette(t *testing.T) {
	white, dark := rgb{1, 1, 1}, parse(t, "#1f1f1f")
	for _, c := range append(palette[:len(palette):len(palette)], idleColour, errorColour) {
		paint := parse(t, c)
		if r := contrast(paint, white); r < 4.5 && c != errorColour || r < 3 {
			t.Errorf("%s: contrast %.2f to white", c, r)
		}
		if r := contrast(paint, dark); r < 3 {
			t.Errorf("%s: contrast %.2f to a dark page", c, r)
		}
	}
	for name, m := range sights {
		closest, which := math.Inf(1), ""
		for i, a := range palette[:4] {
			for _, b := range palette[:i] {
				if d := distance(see(m, parse(t, a)), see(m, parse(t, b))); d < closest {
					closest, which = d, fmt.Sprint(a, " and ", b)
				}
			}
		}
		t.Logf("%s: %s are closest, %.1f apart", name, which, closest)
		if closest < 20 {
			t.Errorf("%s: %s are %.1f apart", name, which, closest)
		}
	}
}
