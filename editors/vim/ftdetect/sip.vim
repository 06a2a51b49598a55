autocmd BufRead,BufNewFile *.sip setfiletype sip
