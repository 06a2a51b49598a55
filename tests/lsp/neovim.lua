-- Neovim as a client, with the project's own plugin: what is wrong is shown, a name is found, the text is laid out.
-- Run by neovim.sh with SIP_LSP, SIP_PLUGIN and SIP_FILE.
local function check(right, what)
  if not right then
    io.stderr:write('wrong: ' .. what .. '\n')
    vim.cmd('cquit')
  end
end

vim.g.sip_lsp = vim.env.SIP_LSP
if not pcall(vim.cmd, 'source ' .. vim.fn.fnameescape(vim.env.SIP_PLUGIN)) then check(false, 'no plugin in ' .. vim.env.SIP_PLUGIN) end
vim.cmd('edit ' .. vim.fn.fnameescape(vim.env.SIP_FILE))
check(vim.bo.filetype == 'sip', 'the type of the file')
check(vim.wait(60000, function() return #vim.diagnostic.get(0) > 0 end, 20), 'nothing is reported')
local first = vim.diagnostic.get(0)[1]
check(first.lnum == 3, 'the line of ' .. vim.inspect(first))

-- The call is mended: what is wrong goes away.
vim.api.nvim_buf_set_lines(0, 3, 4, false, { '  return one( ) +   one();' })
check(vim.wait(60000, function() return #vim.diagnostic.get(0) == 0 end, 20), vim.inspect(vim.diagnostic.get(0)))

vim.api.nvim_win_set_cursor(0, { 4, 9 })
local found = vim.lsp.buf_request_sync(0, 'textDocument/definition', vim.lsp.util.make_position_params(), 60000)
local _, answer = next(found)
check(answer and answer.result and answer.result[1].range.start.line == 1, 'where the name is declared')

vim.lsp.buf.formatting_sync(nil, 60000)
local line = vim.api.nvim_buf_get_lines(0, 3, 4, false)[1]
check(line == '    return one() + one();', 'the layout: ' .. line)
print('right\n')
vim.cmd('qall!')
