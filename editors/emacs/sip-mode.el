;;; sip-mode.el --- Major mode for Sip -*- lexical-binding: t -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "26.1"))
;; Keywords: languages

;;; Commentary:

;; Colours, indentation, comments, a list of what a file declares, and the language server by way of eglot.
;; `sip-format-buffer' lays out as `sipcc fmt' does; what indentation here does is meant for typing and agrees with it.

;;; Code:

(require 'cl-lib)

(defgroup sip nil "The Sip language." :group 'languages :prefix "sip-")
(defcustom sip-server '("sip-lsp") "The language server and its arguments." :type '(repeat string))
(defcustom sip-sipcc "sipcc" "The compiler's command." :type 'string)
(defcustom sip-indent 4 "Blanks of a level; the layout of Sip has four." :type 'integer :safe #'integerp)

;; BEGIN words, written by editors/generate
(defconst sip-mode--words '("assert" "auto" "break" "case" "const" "continue" "default" "defer" "do" "else"
    "enum" "fn" "for" "gc" "if" "new" "own" "pub" "ref" "return" "sizeof" "static" "struct" "switch" "try"
    "while")
  "Words that are never names.")
(defconst sip-mode--constants '("false" "none" "true")
  "Values that are words.")
(defconst sip-mode--types '("bool" "char" "f32" "f64" "i16" "i32" "i64" "i8" "isize" "str" "u16" "u32" "u64"
    "u8" "usize" "void")
  "Types that need no declaration.")
(defconst sip-mode--units '("GiB" "KiB" "MiB" "TiB" "h" "min" "ms" "ns" "s" "us")
  "What may follow a number.")
(defconst sip-mode--soft-words '("as" "be" "channel" "closed" "contract" "cpu" "ensures" "flags" "from"
    "heap" "import" "in" "interface" "invariant" "join" "le" "lock" "message" "module" "one" "or" "out"
    "override" "package" "program" "receive" "requires" "restart" "reverse" "send" "sip" "spawn" "stack"
    "state" "system" "test" "threads" "time" "timeout" "trusted" "uses" "wire")
  "Words where another word or a bracket follows, and names elsewhere.")
(defconst sip-mode--bracket-words '("closed" "ensures" "invariant" "lock" "requires" "timeout")
  "Those of them that take a round bracket at once.")
(defconst sip-mode--brace-words '("closed" "join" "one" "receive")
  "Those of them that take a brace at once.")
;; END words

(defvar sip-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?_ "w" table)
    (modify-syntax-entry ?/ ". 124b" table)
    (modify-syntax-entry ?* ". 23" table)
    (modify-syntax-entry ?\n "> b" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    (dolist (sign '(?+ ?- ?% ?& ?| ?^ ?~ ?! ?= ?< ?> ?? ?$)) (modify-syntax-entry sign "." table))
    table)
  "Words have underscores; comments are those of C.")

;; A character is a text of one; a raw text has no escapes. The quote of a character must not open a text.
(defconst sip-mode--syntax-propertize
  (syntax-propertize-rules
   ("\\('\\)\\(?:[^'\\\n]\\|\\\\[^'\n]+\\|\\\\'\\)\\('\\)" (1 "\"") (2 "\""))
   ("\\_<r\\(\"\\)\\([^\"]*\\)\\(\"\\)"
    (1 (unless (nth 8 (save-excursion (syntax-ppss (match-beginning 0)))) (string-to-syntax "|")))
    (3 (unless (nth 8 (save-excursion (syntax-ppss (match-beginning 0)))) (string-to-syntax "|"))))))

(defun sip-mode--soft (limit)
  "Find a word before LIMIT that could be a name and is none.
Another word or a bracket of its own follows such a word."
  (let ((words (concat "\\(?:^\\|[^.[:word:]]\\)\\(" (regexp-opt (append sip-mode--soft-words '("end" "unsatisfiable"))) "\\)\\_>")) found)
    (while (and (not found) (re-search-forward words limit t))
      (let ((word (match-string 1)) (case-fold-search nil))
        (setq found (save-match-data
                      (cond ((equal word "end") (and (looking-at "\\s-*;") (looking-back ":\\s-*end" (line-beginning-position))))
                            ((equal word "unsatisfiable") (looking-at "\\s-*[:,]"))
                            ((equal word "trusted") (looking-at "\\s-*;\\|\\s-+[a-z]"))
                            (t (or (looking-at "[ \t\n]+\\(?:[[:alnum:]_\"[]\\|([^)]\\)")
                                   (and (equal word "from") (looking-at "\\s-+\\*"))
                                   (and (member word sip-mode--bracket-words) (looking-at "\\s-*("))
                                   (and (member word sip-mode--brace-words) (looking-at "[ \t\n]*{")))))))))
    found))

(defun sip-mode--interpolation (limit)
  "Find a value before LIMIT that stands in a text with a dollar."
  (let ((found nil))
    (while (and (not found) (re-search-forward "{\\([^{}\"\n:]+\\)\\(:[^{}\"\n]*\\)?}" limit t))
      (let ((start (nth 8 (save-match-data (save-excursion (syntax-ppss (match-beginning 0)))))))
        (setq found (and start (eq (char-after start) ?\") (eq (char-before start) ?$)))))
    found))

(defconst sip-mode--font-lock
  `((,(regexp-opt sip-mode--words 'symbols) . font-lock-keyword-face)
    (,(regexp-opt sip-mode--constants 'symbols) . font-lock-builtin-face)
    (,(concat "\\_<[0-9][0-9_]*\\(?:\\.[0-9]+\\)?\\s-+\\(" (regexp-opt sip-mode--units) "\\)\\_>") 1 font-lock-type-face)
    ("[[:word:]>]\\.\\(imp\\|exp\\)\\_>\\(?::\\([[:word:].]+\\)\\)?" (1 font-lock-type-face) (2 font-lock-constant-face nil t))
    (sip-mode--soft 1 font-lock-keyword-face)
    (,(regexp-opt sip-mode--types 'symbols) . font-lock-type-face)
    ("\\(\\$\\|\\_<[br]\\)\"" 1 font-lock-string-face)
    (sip-mode--interpolation 1 'default t)
    ("\\[\\[\\([[:word:]]+\\)" 1 font-lock-preprocessor-face)
    ("^\\s-*\\(?:pub\\s-+\\)?\\(?:module\\|import\\)\\s-+\\([[:word:].]+\\)" 1 font-lock-constant-face)
    ("\\_<\\(?:in\\|out\\)\\s-+message\\s-+\\([[:word:]]+\\)" 1 font-lock-function-name-face)
    ("\\_<state\\s-+\\([[:word:]]+\\)\\s-*:" 1 font-lock-constant-face)
    ("\\_<\\(?:struct\\|enum\\|flags\\|interface\\|contract\\|system\\|sip\\)\\s-+\\([[:word:]]+\\)" 1 font-lock-type-face)
    ("\\_<[A-Z][[:word:]]*\\_>" . font-lock-type-face)
    ("\\_<\\([a-z_][[:word:]]*\\)(" 1 font-lock-function-name-face)
    ("\\(?:^\\|[^[:word:])]\\|\\]\\)\\(\\.[a-z_][[:word:]]*\\)" 1 font-lock-constant-face))
  "What is what in Sip.")

(defun sip-mode--syntactic-face (state)
  "The face of the text or comment that STATE is in."
  (cond ((nth 3 state) font-lock-string-face)
        ((save-excursion (goto-char (nth 8 state)) (looking-at "///\\(?:[^/]\\|$\\)")) font-lock-doc-face)
        (t font-lock-comment-face)))

;;; Indentation

(defun sip-mode--line-end-char ()
  "The last character of code in this line; nil where there is none."
  (save-excursion
    (end-of-line)
    (let ((start (line-beginning-position)) (state (syntax-ppss)))
      (when (nth 4 state) (goto-char (nth 8 state)))
      (skip-chars-backward " \t" start)
      (while (and (> (point) start) (eq (char-before) ?/) (eq (char-before (1- (point))) ?*) (nth 4 (syntax-ppss (1- (point)))))
        (goto-char (nth 8 (syntax-ppss (1- (point)))))
        (skip-chars-backward " \t" start))
      (and (> (point) start) (char-before)))))

(defun sip-mode--goes-on-p (open)
  "Whether the code before this line, behind OPEN, does not end what it is."
  (save-excursion
    (beginning-of-line)
    (let ((end nil) (first (if open (save-excursion (goto-char open) (line-beginning-position)) (1- (point-min)))))
      (while (and (not end) (zerop (forward-line -1)) (> (point) first))
        (setq end (and (not (nth 8 (syntax-ppss))) (sip-mode--line-end-char))))
      (and end (not (memq end '(?\; ?{ ?} ?, ?:))) (not (looking-at "\\s-*\\[\\[.*\\]\\]\\s-*$"))))))

(defun sip-mode--column ()
  "The column at which this line should begin.
It is nil for what is in a text or a comment."
  (save-excursion
    (back-to-indentation)
    (let* ((state (save-excursion (syntax-ppss (line-beginning-position)))) (open (nth 1 state))
           (outer (if open (save-excursion (goto-char open) (current-indentation)) 0))
           (inner (if open (+ outer sip-indent) 0))
           (brace (or (not open) (eq (char-after open) ?{))))
      (cond ((nth 8 state) nil)
            ((memq (char-after) '(?\} ?\) ?\])) outer)
            (t
             (when (and open brace (not (looking-at "\\(?:case\\|default\\)\\_>")) (sip-mode--in-case-p open))
               (setq inner (+ inner sip-indent)))
             (if (and brace (not (eq (char-after) ?{)) (sip-mode--goes-on-p open))
                 (+ inner sip-indent)
               inner))))))

(defun sip-mode--in-case-p (open)
  "Whether this line is behind a case of the switch whose brace is at OPEN."
  (and (save-excursion (goto-char open) (beginning-of-line) (re-search-forward "\\_<switch\\_>[^{\n]*{" (1+ open) t))
       (save-excursion (beginning-of-line) (re-search-backward "^\\s-*\\(?:case\\|default\\)\\_>" open t))))

(defun sip-indent-line ()
  "Indent this line."
  (interactive)
  (let ((column (sip-mode--column)) (behind (> (current-column) (current-indentation))))
    (when column
      (if behind (save-excursion (indent-line-to column)) (indent-line-to column)))))

;;; What a file declares, layout, the server

(defconst sip-mode--imenu
  '(("Types" "^\\(?:pub\\s-+\\)?\\(?:ref\\s-+\\|wire\\s-+\\)?\\(?:struct\\|enum\\|flags\\|interface\\)\\s-+\\([[:word:]]+\\)" 1)
    ("Contracts" "^\\(?:pub\\s-+\\)?contract\\s-+\\([[:word:]]+\\)" 1)
    ("Processes" "^\\(?:pub\\s-+\\)?\\(?:sip\\|system\\)\\s-+\\([[:word:]]+\\)" 1)
    ("Functions" "^[[:word:](].*?\\_<\\([[:word:].]+\\)\\(?:<[^(;]*>\\)?(.*[{;,(]" 1))
  "What a list of declarations shows where no server is.")

(defun sip-format-buffer ()
  "Lay the buffer out as `sipcc fmt' does; around what does not parse."
  (interactive)
  (let ((from (current-buffer)) (sipcc sip-sipcc))
    (with-temp-buffer
      (let ((to (current-buffer)))
        (with-current-buffer from
          (let ((status (call-process-region (point-min) (point-max) sipcc nil (list to nil) nil "fmt" "-")))
            (unless (and (memq status '(0 1)) (> (buffer-size to) 0))
              (user-error "`%s fmt' ended with %s" sipcc status))
            (replace-buffer-contents to)))))))

(defvar eglot-server-programs)
(defun sip-mode--server (&rest _)
  "The command of the server, for eglot."
  sip-server)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(sip-mode . sip-mode--server)))

(declare-function project-root "project")
(defun sip-mode--project (folder)
  "The package that FOLDER is in, for project.el."
  (let ((root (and (stringp folder) (locate-dominating-file folder "package.sip"))))
    (and root (cons 'sip root))))
(with-eval-after-load 'project
  (add-hook 'project-find-functions #'sip-mode--project)
  (cl-defmethod project-root ((project (head sip))) (cdr project)))

(with-eval-after-load 'compile
  (defvar compilation-error-regexp-alist)
  (defvar compilation-error-regexp-alist-alist)
  (add-to-list 'compilation-error-regexp-alist-alist '(sip "^ *--> \\([^:\n]+\\):\\([0-9]+\\):\\([0-9]+\\)" 1 2 3))
  (add-to-list 'compilation-error-regexp-alist 'sip))

;;;###autoload
(define-derived-mode sip-mode prog-mode "Sip"
  "Major mode for Sip."
  (setq-local comment-start "// " comment-end "" comment-start-skip "\\(?://+\\|/\\*+\\)\\s-*")
  (setq-local indent-line-function #'sip-indent-line indent-tabs-mode nil tab-width 4 fill-column 120)
  (setq-local electric-indent-chars (append "{})]:" electric-indent-chars))
  (setq-local syntax-propertize-function sip-mode--syntax-propertize)
  (setq-local font-lock-defaults '(sip-mode--font-lock nil nil nil (font-lock-syntactic-face-function . sip-mode--syntactic-face)))
  (setq-local imenu-generic-expression sip-mode--imenu))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.sip\\'" . sip-mode))

(provide 'sip-mode)
;;; sip-mode.el ends here
