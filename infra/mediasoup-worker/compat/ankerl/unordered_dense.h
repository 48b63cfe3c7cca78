// ankerl::unordered_dense, which distributions do not package, on the standard containers.
//
// The worker uses the interface they share. The standard ones are slower to iterate over and never move
// their elements, so that code written for the stricter rules of the original stays correct.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <unordered_set>

namespace ankerl::unordered_dense
{
	template<typename Key>
	struct hash
	{
		uint64_t operator()(const Key& key) const noexcept
		{
			return std::hash<Key>{}(key);
		}
	};

	template<typename Key, typename Value, typename Hash = hash<Key>, typename Equal = std::equal_to<Key>>
	using map = std::unordered_map<Key, Value, Hash, Equal>;

	template<typename Key, typename Hash = hash<Key>, typename Equal = std::equal_to<Key>>
	using set = std::unordered_set<Key, Hash, Equal>;
} // namespace ankerl::unordered_dense
