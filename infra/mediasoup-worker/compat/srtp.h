// The part of libsrtp 3's interface that mediasoup-worker uses, on the libsrtp 2 of the distributions.
//
// libsrtp 3 made the policy an opaque object with setters and gave protect and unprotect separate input and
// output buffers; libsrtp 2 has a plain struct and works in place.
#pragma once

// libsrtp 3 uses the name for a pointer, libsrtp 2 for the struct.
#define srtp_policy_t srtp2_policy_t
#include <srtp2/srtp.h>
#undef srtp_policy_t

#include <openssl/crypto.h>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

// Two error codes that libsrtp 3 added after libsrtp 2's last (27).
inline constexpr auto srtp_err_status_buffer_small = static_cast<srtp_err_status_t>(28);
inline constexpr auto srtp_err_status_cryptex_err  = static_cast<srtp_err_status_t>(29);

namespace compat
{
	struct SrtpPolicy
	{
		srtp2_policy_t policy{};
		// srtp_create() copies the key, so that it has to live no longer than the policy.
		uint8_t key[SRTP_MAX_KEY_LEN]{};
	};

	// What protecting may add: libsrtp 2 writes it behind the input without being told the buffer's size.
	inline constexpr size_t SrtpTrailer{ SRTP_MAX_TRAILER_LEN };
	inline constexpr size_t SrtcpTrailer{ SRTP_MAX_TRAILER_LEN + sizeof(uint32_t) };

	using InPlaceTransform = srtp_err_status_t (*)(srtp_t, void*, int*);

	// `outputLength` holds the output buffer's size and receives the result's.
	inline srtp_err_status_t Transform(
	  InPlaceTransform transform,
	  srtp_t session,
	  const uint8_t* input,
	  size_t inputLength,
	  uint8_t* output,
	  size_t* outputLength,
	  size_t trailer)
	{
		if (inputLength + trailer > *outputLength)
		{
			return srtp_err_status_buffer_small;
		}

		if (input != output)
		{
			std::memcpy(output, input, inputLength);
		}

		int length                     = static_cast<int>(inputLength);
		const srtp_err_status_t status = transform(session, output, &length);

		*outputLength = static_cast<size_t>(length);

		return status;
	}
} // namespace compat

using srtp_policy_t = compat::SrtpPolicy*;

inline srtp_err_status_t srtp_policy_create(srtp_policy_t* policy)
{
	*policy = new (std::nothrow) compat::SrtpPolicy{};

	return *policy ? srtp_err_status_ok : srtp_err_status_alloc_fail;
}

inline void srtp_policy_destroy(srtp_policy_t policy)
{
	if (policy)
	{
		OPENSSL_cleanse(policy->key, sizeof(policy->key));
		delete policy;
	}
}

inline srtp_err_status_t srtp_policy_set_ssrc(srtp_policy_t policy, srtp_ssrc_t ssrc)
{
	policy->policy.ssrc = ssrc;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_profile(srtp_policy_t policy, srtp_profile_t profile)
{
	const srtp_err_status_t status =
	  srtp_crypto_policy_set_from_profile_for_rtp(&policy->policy.rtp, profile);

	if (status != srtp_err_status_ok)
	{
		return status;
	}

	return srtp_crypto_policy_set_from_profile_for_rtcp(&policy->policy.rtcp, profile);
}

inline srtp_err_status_t srtp_policy_add_key(
  srtp_policy_t policy,
  const uint8_t* key,
  size_t keyLength,
  const uint8_t* salt,
  size_t saltLength,
  const uint8_t* /*mki*/,
  size_t mkiLength)
{
	// The worker negotiates no master key identifiers.
	if (keyLength + saltLength > sizeof(policy->key) || mkiLength != 0)
	{
		return srtp_err_status_bad_param;
	}

	std::memcpy(policy->key, key, keyLength);
	std::memcpy(policy->key + keyLength, salt, saltLength);
	policy->policy.key = policy->key;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_allow_repeat_tx(srtp_policy_t policy, bool allow)
{
	policy->policy.allow_repeat_tx = allow ? 1 : 0;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_window_size(srtp_policy_t policy, size_t packets)
{
	policy->policy.window_size = packets;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_create(srtp_t* session, srtp_policy_t policy)
{
	return ::srtp_create(session, &policy->policy);
}

inline srtp_err_status_t srtp_stream_remove(srtp_t session, uint32_t ssrc)
{
	return srtp_remove_stream(session, ssrc);
}

inline srtp_err_status_t srtp_protect(
  srtp_t session, const uint8_t* rtp, size_t rtpLength, uint8_t* srtp, size_t* srtpLength, size_t /*mkiIndex*/)
{
	return compat::Transform(
	  ::srtp_protect, session, rtp, rtpLength, srtp, srtpLength, compat::SrtpTrailer);
}

inline srtp_err_status_t srtp_unprotect(
  srtp_t session, const uint8_t* srtp, size_t srtpLength, uint8_t* rtp, size_t* rtpLength)
{
	return compat::Transform(::srtp_unprotect, session, srtp, srtpLength, rtp, rtpLength, 0);
}

inline srtp_err_status_t srtp_protect_rtcp(
  srtp_t session, const uint8_t* rtcp, size_t rtcpLength, uint8_t* srtcp, size_t* srtcpLength, size_t /*mkiIndex*/)
{
	return compat::Transform(
	  ::srtp_protect_rtcp, session, rtcp, rtcpLength, srtcp, srtcpLength, compat::SrtcpTrailer);
}

inline srtp_err_status_t srtp_unprotect_rtcp(
  srtp_t session, const uint8_t* srtcp, size_t srtcpLength, uint8_t* rtcp, size_t* rtcpLength)
{
	return compat::Transform(::srtp_unprotect_rtcp, session, srtcp, srtcpLength, rtcp, rtcpLength, 0);
}
