;;; Emacs as a client, with the project's mode and eglot. Run by client.sh.  -*- lexical-binding: t -*-
(require 'eglot)
(require 'flymake)
(require 'xref)
(require 'cl-lib)

(defun check (right what &rest more)
  (unless right
    (princ (format "wrong: %s %S\n" what more))
    (kill-emacs 1)))

(defun wait-for (condition)
  (let ((end (+ (float-time) 60)))
    (while (and (not (funcall condition)) (< (float-time) end))
      (flymake-start)
      (accept-process-output nil 0.05))
    (funcall condition)))

(setq eglot-sync-connect 60 eglot-send-changes-idle-time 0 eglot-autoshutdown nil flymake-no-changes-timeout 0.05
      sip-server (list (getenv "SIP_LSP")) sip-sipcc (getenv "SIP_SIPCC") make-backup-files nil)
(find-file (getenv "SIP_FILE"))
(check (eq major-mode 'sip-mode) "the mode" major-mode)
(check (equal (mapcar #'car (funcall imenu-create-index-function)) '("Functions")) "the list of declarations")
(call-interactively #'eglot)
(check (eglot-current-server) "no server")
(flymake-mode 1)

(check (wait-for #'flymake-diagnostics) "nothing is reported")
(check (= 5 (line-number-at-pos (flymake-diagnostic-beg (car (flymake-diagnostics))))) "the line" (flymake-diagnostics))

;; The call is mended: what is wrong goes away.
(goto-char (point-min))
(search-forward "uno()")
(replace-match "one( )")
(eglot--signal-textDocument/didChange) ; else from a timer, when nothing is typed
(check (wait-for (lambda () (not (flymake-diagnostics)))) "still reported" (flymake-diagnostics))

(goto-char (point-min))
(search-forward "return one")
(let* ((found (xref-backend-definitions 'eglot (xref-backend-identifier-at-point 'eglot))))
  (check (and found (= 3 (xref-location-line (xref-item-location (car found))))) "where the name is declared" found))
(let ((card (jsonrpc-request (eglot-current-server) :textDocument/hover (eglot--TextDocumentPositionParams))))
  (check (string-match-p "Gives one" (plist-get (plist-get card :contents) :value)) "the hover" card))

(eglot-format-buffer)
(check (save-excursion (goto-char (point-min)) (search-forward "    return one() + one();\n" nil t)) "the layout" (buffer-string))
(goto-char (point-min))
(search-forward "    return one()")
(replace-match "return   one( )")
(beginning-of-line)
(indent-for-tab-command)
(check (= 4 (current-indentation)) "the indentation")
(sip-format-buffer)
(check (save-excursion (goto-char (point-min)) (search-forward "    return one() + one();\n" nil t)) "the layout by sipcc" (buffer-string))
(eglot-shutdown (eglot-current-server))
(set-buffer-modified-p nil)
(princ "right\n")
