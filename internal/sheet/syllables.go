package sheet

import (
	"strings"
	"unicode/utf8"
)

// A letter is a vowel of Vietnamese without its tone, and the tone.
type letter struct {
	base rune
	tone tone
}

// A tone is one of the tones of Vietnamese; zero for the level one, which is not
// written.
type tone byte

const (
	toneLevel tone = iota
	toneFalling
	toneAsking
	toneTumbling
	toneRising
	toneHeavy
)

// vowels are the vowels of Vietnamese, in the order of the tones.
var vowels = func() map[rune]letter {
	all := map[rune]letter{}
	for _, row := range []string{
		"aàảãáạ", "ăằẳẵắặ", "âầẩẫấậ", "eèẻẽéẹ", "êềểễếệ", "iìỉĩíị",
		"oòỏõóọ", "ôồổỗốộ", "ơờởỡớợ", "uùủũúụ", "ưừửữứự", "yỳỷỹýỵ",
	} {
		base, _ := utf8.DecodeRuneInString(row)
		t := toneLevel
		for _, r := range row {
			all[r] = letter{base, t}
			t++
		}
	}
	return all
}()

// onsets are what syllables begin with, rhymes what follows, without tones.
var (
	onsets = setOf("b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x")
	rhymes = setOf(`a ac ach ai am an ang anh ao ap at au ay
		ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
		e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu
		i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu
		o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oem oen oeo oet
		oc oi om on ong ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
		u ua uc ui um un ung up ut uân uâng uât uây uê uêch uên uênh uêt uêu uôc uôi uôm uôn uông uôt uơ
		uy uya uych uyn uynh uyp uyt uyu uyên uyêt
		ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
		y yêm yên yêng yêt yêu ynh yt`)
)

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// isVietnamese tells whether a word in lower case, composed, can be a syllable
// of Vietnamese.
func isVietnamese(word string) bool {
	var plain [longestWord + utf8.UTFMax]byte
	bare := plain[:0]
	t := toneLevel
	for _, r := range word {
		if v, ok := vowels[r]; ok {
			if v.tone != toneLevel {
				if t != toneLevel {
					return false
				}
				t = v.tone
			}
			r = v.base
		}
		if bare = utf8.AppendRune(bare, r); len(bare) > longestWord {
			return false
		}
	}
	for n := min(3, len(bare)); n >= 0; n-- {
		if (n == 0 || onsets[string(bare[:n])]) && rhymes[string(bare[n:])] {
			return t == toneRising || t == toneHeavy || !isStopped(bare)
		}
	}
	return false
}

// isStopped tells whether a syllable ends in a consonant before which only the
// rising and the heavy tone are spoken.
func isStopped(bare []byte) bool {
	s := string(bare)
	return strings.HasSuffix(s, "c") || strings.HasSuffix(s, "ch") || strings.HasSuffix(s, "p") || strings.HasSuffix(s, "t")
}
