; Written by editors/generate from grammar/queries/injections.scm.
; Texts of other languages: what comments say, and the mark-up of doc comments.

((comment) @injection.content (#set! injection.language "comment"))
((doc_comment) @injection.content (#set! injection.language "markdown_inline"))
