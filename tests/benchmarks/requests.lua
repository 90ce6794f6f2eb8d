-- Sends the requests of a file in turn, each preceded by its length; puts a number of its own where a nonce stands.
-- Arguments: the file, the nonce (or "-"), the first number, and the first request. Prints the figures as JSON.

local requests, nonce, number, position = {}, nil, 0, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  local length = file:read("*n")
  while length do
    file:read(1)
    requests[#requests + 1] = file:read(length)
    length = file:read("*n")
  end
  file:close()
  nonce = args[2] ~= "-" and args[2] or nil
  number = tonumber(args[3])
end

function request()
  position = position % #requests + 1
  local chosen = requests[position]
  if nonce then
    number = number + 1
    chosen = chosen:gsub(nonce, string.format("%08d", number))
  end
  return chosen
end

function done(summary, latency, _)
  local e = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "bytes": %d, "p50": %.1f, "p99": %.1f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(50), latency:percentile(99),
    e.status, e.connect + e.read + e.write + e.timeout))
end
