-- Neovim as a client, with the project's own package: what is wrong is shown, a name is found, the text is laid out, the grammar
-- colours it. Run by client.sh.
local function check(right, what)
  if not right then
    io.stderr:write('wrong: ' .. what .. '\n')
    vim.cmd('cquit')
  end
end

vim.cmd('edit ' .. vim.fn.fnameescape(vim.env.SIP_FILE))
check(vim.bo.filetype == 'sip', 'the type of the file')
check(vim.wait(60000, function() return #vim.diagnostic.get(0) > 0 end, 20), 'nothing is reported')
local first = vim.diagnostic.get(0)[1]
check(first.lnum == 4, 'the line of ' .. vim.inspect(first))

-- The call is mended: what is wrong goes away.
vim.api.nvim_buf_set_lines(0, 4, 5, false, { '  return one( ) +   one();' })
check(vim.wait(60000, function() return #vim.diagnostic.get(0) == 0 end, 20), vim.inspect(vim.diagnostic.get(0)))

local function ask(method)
  vim.api.nvim_win_set_cursor(0, { 5, 9 })
  local found = vim.lsp.buf_request_sync(0, method, vim.lsp.util.make_position_params(), 60000)
  local _, answer = next(found)
  return answer and answer.result
end
local declared = ask('textDocument/definition')
check(declared and declared[1].range.start.line == 2, 'where the name is declared')
local card = ask('textDocument/hover')
check(card and card.contents.value:find('Gives one'), 'the hover: ' .. vim.inspect(card))

local format = vim.lsp.buf.formatting_sync or vim.lsp.buf.format
format(nil, 60000)
local line = vim.api.nvim_buf_get_lines(0, 4, 5, false)[1]
check(line == '    return one() + one();', 'the layout: ' .. line)

-- Colours: each query is one that this editor reads, and there is a tree.
for _, name in ipairs({ 'highlights', 'locals', 'injections', 'folds', 'indents', 'textobjects' }) do
  check(#vim.api.nvim_get_runtime_file('queries/sip/' .. name .. '.scm', false) > 0, 'no query: ' .. name)
  local read = vim.treesitter.query and vim.treesitter.query.get_query or require('vim.treesitter.query').get
  local right, query = pcall(read, 'sip', name)
  check(right and query, 'the query ' .. name .. ': ' .. tostring(query))
end
check(vim.treesitter.highlighter.active[vim.api.nvim_get_current_buf()], 'the grammar does not colour')
vim.cmd('redraw!')
local tree = vim.treesitter.get_parser(0, 'sip'):parse()[1]
check(not tree:root():has_error() and tree:root():child_count() == 4, 'the tree')
print('right\n')
vim.cmd('qall!')
