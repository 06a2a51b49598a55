-- Sip in Neovim, 0.7 or newer: the language server for files that end in .sip.
-- Copy this file to ~/.config/nvim/plugin/sip.lua; sip-lsp must be on the PATH, or vim.g.sip_lsp say where it is.
local client

local function attach(buffer)
  if not client then
    client = vim.lsp.start_client({
      name = 'sip-lsp',
      cmd = { vim.g.sip_lsp or 'sip-lsp' },
      root_dir = vim.fn.getcwd(),
      on_exit = function() client = nil end,
    })
  end
  if client then vim.lsp.buf_attach_client(buffer, client) end
end

vim.api.nvim_create_autocmd({ 'BufRead', 'BufNewFile' }, { pattern = '*.sip', command = 'setfiletype sip' })
vim.api.nvim_create_autocmd('FileType', { pattern = 'sip', callback = function(event)
  vim.bo[event.buf].commentstring = '// %s'
  attach(event.buf)
end })
