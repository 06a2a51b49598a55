-- Sip in Neovim, 0.7 or newer: the language server, and colours from the grammar once build-parser has made parser/sip.so.
-- sip-lsp must be on the PATH, or vim.g.sip_lsp say where it is.
local client

-- Where the folder of a package begins; a file outside of one is alone.
local function root_of(buffer)
  local folder = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ':p:h')
  local package = vim.fn.findfile('package.sip', folder .. ';')
  return package ~= '' and vim.fn.fnamemodify(package, ':p:h') or folder
end

local function attach(buffer)
  local server = vim.g.sip_lsp or 'sip-lsp'
  if vim.fn.executable(server) == 0 then
    vim.notify_once('sip: ' .. server .. ' cannot be run; is it on the PATH, or in vim.g.sip_lsp?', vim.log.levels.WARN)
    return
  end
  if not client then
    client = vim.lsp.start_client({
      name = 'sip-lsp',
      cmd = { server },
      root_dir = root_of(buffer),
      on_exit = function() client = nil end,
    })
  end
  if client then vim.lsp.buf_attach_client(buffer, client) end
end

-- Neovim 0.7 knows groups of its own for what queries capture, and not those that came later.
local function teach_names()
  local known = require('vim.treesitter.highlighter')
  if not known.hl_map then return end
  local groups = {
    variable = 'Identifier', module = 'Include', label = 'Label', attribute = 'PreProc', constructor = 'Special', character = 'Character',
    ['keyword.conditional'] = 'Conditional', ['keyword.repeat'] = 'Repeat', ['keyword.import'] = 'Include',
    ['keyword.operator'] = 'Operator', ['keyword.modifier'] = 'StorageClass', ['keyword.type'] = 'Structure',
    ['number.float'] = 'Float', ['function.call'] = 'Function', ['comment.documentation'] = 'SpecialComment',
  }
  for name, group in pairs(groups) do known.hl_map[name] = group end
end

local function colour(buffer)
  if #vim.api.nvim_get_runtime_file('parser/sip.*', false) == 0 then return end
  teach_names()
  if vim.treesitter.start then
    vim.treesitter.start(buffer, 'sip')
  else
    require('vim.treesitter.highlighter').new(vim.treesitter.get_parser(buffer, 'sip'))
  end
end

vim.api.nvim_create_autocmd({ 'BufRead', 'BufNewFile' }, { pattern = '*.sip', command = 'setfiletype sip' })
vim.api.nvim_create_autocmd('FileType', { pattern = 'sip', callback = function(event)
  vim.bo[event.buf].commentstring = '// %s'
  vim.bo[event.buf].comments = ':///,://'
  vim.bo[event.buf].shiftwidth = 4
  vim.bo[event.buf].expandtab = true
  colour(event.buf)
  attach(event.buf)
end })
