// For libsodium alone: nothing of it is used.

#pragma once
