// Keeps the worker's BIO callback from claiming kernel TLS.
//
// A distribution's libssl is built with kTLS and asks the write BIO through BIO_ctrl whether the kernel
// encrypts (BIO_CTRL_GET_KTLS_SEND). The worker's callback answers 1 to whatever it is told about, since the
// OpenSSL bundled with mediasoup never asks. libssl then allocates no write buffer, and the first DTLS flight
// ends in a SIGSEGV. A control call must hand back its own result; everything else goes to the callback.
#pragma once

#include <openssl/bio.h>

namespace compat
{
	inline BIO_callback_fn_ex workerCallback{ nullptr };

	inline long PassControlResult(
	  BIO* bio, int operation, const char* data, size_t length, int argi, long argl, int result, size_t* processed)
	{
		if ((operation & ~BIO_CB_RETURN) == BIO_CB_CTRL)
		{
			return result;
		}

		return workerCallback(bio, operation, data, length, argi, argl, result, processed);
	}

	inline void SetCallback(BIO* bio, BIO_callback_fn_ex callback)
	{
		workerCallback = callback;
		BIO_set_callback_ex(bio, PassControlResult);
	}
} // namespace compat

#define BIO_set_callback_ex(bio, callback) compat::SetCallback(bio, callback)
