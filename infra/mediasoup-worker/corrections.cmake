# Corrections of mediasoup's sources, each found by `npm run fuzz`: one packet of a device that has signed in, properly
# encrypted, ends the worker with all its streams. Each says what it replaces, and the build ends where that is not there:
# mediasoup has changed, and somebody has to look.

# correct(SOURCES FILE OLD NEW [OLD NEW ...]): the list SOURCES gets a corrected copy in the place of a file.
function(correct sources file)
  file(READ "${file}" text)
  set(replacements ${ARGN})
  while(replacements)
    list(POP_FRONT replacements old new)
    string(FIND "${text}" "${${old}}" position)
    if(position EQUAL -1)
      message(FATAL_ERROR "${file} has changed: the correction ${old} does not apply.")
    endif()
    string(REPLACE "${${old}}" "${${new}}" text "${text}")
  endwhile()
  get_filename_component(name "${file}" NAME)
  set(corrected "${CMAKE_BINARY_DIR}/corrected/${name}")
  file(WRITE "${corrected}" "${text}")
  set(list "${${sources}}")
  list(REMOVE_ITEM list "${file}")
  list(APPEND list "${corrected}")
  set(${sources} "${list}" PARENT_SCOPE)
endfunction()

# An SSRC of 0 is taken for the unset one of an encoding that is told by its RID, of which a second stream is made then
# (an assertion fails). A packet of nearly 64 KiB, which only TCP carries, outgrows its buffer when its header is rewritten
# (an exception). Nobody sends either: beyond 9000 bytes there is no network that carries a packet.
set(PACKET_RECEIVED [=[
		// Count number of RTP streams.
]=])
set(PACKET_CHECKED [=[
		if (packet->GetSsrc() == 0u || packet->GetLength() > 9000u)
		{
			return ReceiveRtpPacketResult::DISCARDED;
		}

		// Count number of RTP streams.
]=])
# A header extension of length 0, which the two-byte form allows, cannot be written in the one-byte form (an exception).
set(EXTENSION_THERE "if (extenValue)")
set(EXTENSION_NOT_EMPTY "if (extenValue && extenLen > 0u)")
