-- init: method, path, file with one Cookie header a line ("" for none), "keep" where cookies that servers set are used.
local wanted, places, count, at = {}, {}, 0, 0
local method, path

local function id_of(cookie)
  return cookie:match("^[^.]+")
end

local function prepare(cookie)
  return wrk.format(method, path, { Cookie = cookie })
end

function init(args)
  method, path = args[1], args[2]
  if args[3] == "" then
    wanted[1], count = wrk.format(method, path), 1
  else
    for cookie in io.lines(args[3]) do
      count = count + 1
      wanted[count] = prepare(cookie)
      places[id_of(cookie)] = count
    end
  end
  -- wrk reads headers only where a script asks for them.
  if args[4] == "keep" then
    function response(_, headers)
      local set = headers["set-cookie"]
      local cookie = set and set:match("^[^;]+")
      local place = cookie and places[id_of(cookie)]
      if place then wanted[place] = prepare(cookie) end
    end
  end
end

function request()
  at = at % count + 1
  return wanted[at]
end

-- Times in microseconds.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"bytes":%d,"durationMicros":%d,"refused":%d,"broken":%d,"p50Micros":%d,"p99Micros":%d}\n',
    summary.requests, summary.bytes, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
