" Colours of Sip. The words are written by editors/generate from the grammar.
if exists('b:current_syntax')
  finish
endif
syn case match
syn sync minlines=200

" --- names
syn match sipName "\<\h\w*\>" transparent contains=NONE
syn match sipTypeName "\<\u\w*\>"
syn match sipFunction "\<[a-z_]\w*\ze\s*("
syn match sipFunction "\<[a-z_]\w*\ze::<"
syn match sipEnd "\%([[:alnum:]_>]\)\@1<=\.\%(imp\|exp\)\>\%(:\h[[:alnum:]_.]*\)\?"
syn match sipConstant "\%(\w\)\@1<!\.\h\w*\>"
syn match sipMember "\%([[:alnum:]_)\]]\)\@1<=\.\h\w*\ze\%(\s*(\)\@!" contains=NONE transparent
syn match sipAttribute "\[\[[^]]*\]\]" contains=sipString

" BEGIN words, written by editors/generate
syn keyword sipType bool char f32 f64 i16 i32 i64 i8 isize str u16 u32 u64 u8 usize void
syn keyword sipConditional case default else if switch
syn keyword sipRepeat break continue do for while
syn keyword sipStatement defer return
syn keyword sipStructure enum struct
syn keyword sipKeyword assert auto fn new try
syn keyword sipOperator sizeof
syn keyword sipStorageClass const gc own pub ref static
syn keyword sipBoolean false true
syn keyword sipNone none
syn match sipRepeat ~\%([.]\)\@1<!\<\%(reverse\)\ze\_s\+\%([0-9A-Za-z_\"[]\|()\@!\)~
syn match sipInclude ~\%([.]\)\@1<!\<\%(import\|module\)\ze\_s\+\%([0-9A-Za-z_\"[]\|()\@!\)~
syn match sipStructure ~\%([.]\)\@1<!\<\%(interface\|contract\|package\|program\|system\|flags\|test\|sip\)\ze\_s\+\%([0-9A-Za-z_\"[]\|()\@!\)~
syn match sipKeyword ~\%([.]\)\@1<!\<\%(invariant\|override\|requires\|ensures\|message\|restart\|threads\|trusted\|stack\|state\|from\|heap\|time\|uses\|cpu\|one\|out\|as\|in\|or\)\ze\_s\+\%([0-9A-Za-z_\"[]\|()\@!\)~
syn match sipKeyword ~\%([.]\)\@1<!\<\%(invariant\|requires\|ensures\)\ze\s*(~
syn match sipKeyword ~\%([.]\)\@1<!\<\%(one\)\ze\_s*{~
syn match sipKeyword ~\%([.]\)\@1<!\%(:\s*\)\@8<=\<end\ze\s*;~
syn match sipKeyword ~\%([.]\)\@1<!\<trusted\ze\s*;~
syn match sipKeyword ~\%([.]\)\@1<!\<from\ze\s\+\*~
syn match sipStatement ~\%([.]\)\@1<!\<\%(channel\|receive\|timeout\|closed\|spawn\|join\|lock\|send\)\ze\_s\+\%([0-9A-Za-z_\"[]\|()\@!\)~
syn match sipStatement ~\%([.]\)\@1<!\<\%(timeout\|closed\|lock\)\ze\s*(~
syn match sipStatement ~\%([.]\)\@1<!\<\%(receive\|closed\|join\)\ze\_s*{~
syn match sipStatement ~\%([.]\)\@1<!\<unsatisfiable\ze\s*[:,]~
syn match sipStorageClass ~\%([.]\)\@1<!\<\%(wire\|be\|le\)\ze\_s\+\%([0-9A-Za-z_\"[]\|()\@!\)~
syn match sipUnit ~\%(\d\s\+\)\@8<=\<\%(GiB\|KiB\|MiB\|TiB\|min\|ms\|ns\|us\|h\|s\)\>~
" END words

" --- what is declared
syn match sipDeclared "\%(\<\%(struct\|enum\|flags\|interface\|contract\|system\)\s\+\)\@24<=\h\w*"
syn match sipModule "\%(^\s*\%(pub\s\+\)\?\%(module\|import\)\s\+\)\@40<=\h[[:alnum:]_.]*"

" --- values
syn match sipNumber "\<\d[0-9_]*\%(\.\d[0-9_]*\)\?\%([eE][+-]\?[0-9_]\+\)\?\>"
syn match sipNumber "\<0[xX][0-9a-fA-F_]\+\>\|\<0[bB][01_]\+\>\|\<0[oO][0-7_]\+\>"
syn match sipEscape "\\\%(x\x\{2}\|u{\x\+}\|.\)" contained
syn match sipCharacter "'\%([^'\\]\|\\[^']\+\|\\'\)'" contains=sipEscape
syn region sipString start=+\<b\?"+ start=+"+ skip=+\\.+ end=+"+ end=+$+ contains=sipEscape
syn region sipString start=+\<r"+ end=+"+
syn region sipString start=+\$"+ skip=+\\.+ end=+"+ end=+$+ contains=sipEscape,sipBraces,sipInterpolation
syn match sipBraces "{{\|}}" contained
syn region sipInterpolation matchgroup=sipSpecial start=+{{\@!+ end=+}+ contained contains=TOP,sipFormat
syn match sipFormat ":[^{}\"]*\ze}" contained containedin=sipInterpolation

" --- signs, comments
syn match sipOperator "[-+*/%&|^~!=<>?]"
syn match sipComment "//.*$" contains=@Spell
syn match sipDoc "///\%([^/].*\)\?$" contains=@Spell
syn region sipComment start="/\*" end="\*/" contains=@Spell

hi def link sipTypeName Type
hi def link sipType Type
hi def link sipDeclared Type
hi def link sipModule Include
hi def link sipFunction Function
hi def link sipEnd Special
hi def link sipAttribute PreProc
hi def link sipConditional Conditional
hi def link sipRepeat Repeat
hi def link sipStatement Statement
hi def link sipInclude Include
hi def link sipStructure Structure
hi def link sipKeyword Keyword
hi def link sipOperator Operator
hi def link sipStorageClass StorageClass
hi def link sipBoolean Boolean
hi def link sipConstant Constant
hi def link sipNone Constant
hi def link sipUnit Type
hi def link sipNumber Number
hi def link sipEscape SpecialChar
hi def link sipBraces SpecialChar
hi def link sipCharacter Character
hi def link sipString String
hi def link sipSpecial Special
hi def link sipFormat Special
hi def link sipComment Comment
hi def link sipDoc SpecialComment

let b:current_syntax = 'sip'
