-- What the edge does with REST answers beyond Envoy's own filters: trailers become headers, errors get their envelope.
-- gRPC and gRPC-Web pass untouched. docs/edge.md tells it from the outside.

local METADATA = "manusmesh.edge"
local MESSAGE_MAX = 300 -- bytes of what a caller sent that an error repeats

-- What a service tells in trailing metadata beside its answer.
local TOLD = {"x-trace-id", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "taskid", "taskstatus",
              "taskprogress"}

-- gRPC status codes that come without a body of the mesh: from the gRPC library, not from a service. By spec/api.md.
local BY_GRPC_STATUS = {
  ["1"] = {"503", "UPSTREAM_UNAVAILABLE", "The mesh is restarting; try again in a few seconds.", 2},
  ["3"] = {"400", "INVALID_ARGUMENT", "The request cannot be read: check it against the API."},
  ["4"] = {"504", "DEADLINE_EXCEEDED", "The time for the call ran out; ask for less or try again."},
  ["5"] = {"404", "NOT_FOUND", "There is no such thing."},
  ["6"] = {"409", "CONFLICT", "It exists already."},
  ["7"] = {"403", "PERMISSION_DENIED", "The key may not do this."},
  ["8"] = {"503", "OVERLOADED", "The mesh is serving as many calls as it can; try again in a few seconds.", 2},
  ["9"] = {"409", "CONFLICT", "The call contradicts the state of things."},
  ["10"] = {"409", "CONFLICT", "The call contradicts the state of things."},
  ["11"] = {"400", "INVALID_ARGUMENT", "A value of the request is out of range."},
  ["12"] = {"404", "NOT_FOUND", "No such route: check path and HTTP method."},
  ["14"] = {"503", "UPSTREAM_UNAVAILABLE", "The mesh is starting, restarting or down; try again in a few seconds.", 2},
  ["16"] = {"401", "UNAUTHENTICATED", "A valid key is needed: Authorization: Bearer <key>."},
}

-- Text -> the JSON string that says it.
local function json_string(text)
  return '"' .. text:gsub('[%c"\\]', function(c) return string.format("\\u%04x", c:byte()) end) .. '"'
end

-- The error envelope; the texts are JSON already, without their quotes.
local function error_json(code, message, details)
  return string.format('{"success":false,"error":{"code":"%s","message":"%s","details":{%s}}}', code, message, details)
end

local function invalid_json(field, message)
  return error_json("INVALID_ARGUMENT", (field == "" and "" or field .. ": ") .. message,
    string.format('"fields":[{"field":"%s","message":"%s"}]', field, message))
end

-- HTTP status, body and Retry-After for a failed call whose service sent none.
local function fallback(grpc_status, trace_id)
  local known = BY_GRPC_STATUS[grpc_status]
  if not known then
    return "500", error_json("INTERNAL", "The call failed inside the mesh.", '"trace_id":' .. json_string(trace_id))
  end
  local status, code, message, retry_after = known[1], known[2], known[3], known[4]
  return status, error_json(code, message, retry_after and '"retry_after":' .. retry_after or ""), retry_after
end

-- A text cut to what a person reads, not within a character; escapes of JSON stay whole.
local function shortened(text)
  if #text <= MESSAGE_MAX then return text end
  local cut = text:sub(1, MESSAGE_MAX):gsub("[\128-\191]*$", ""):gsub("[\192-\255]$", ""):gsub("\\u?%x?%x?%x?%x?$", "")
  return cut .. "…"
end

-- Envoy's own INVALID_ARGUMENT, with the field that the transcoder names as details.fields.
local function with_field(json)
  local message = json:match('"message":"The request cannot be read: (.*)"},"success":false}%s*$')
  if not message or message == "" then return json end
  if message:find("^: Root element must be a message") then
    return invalid_json("", "The body must be a JSON object.")
  end
  -- The transcoder names types of the protos, which are no business of the caller's.
  message = message:gsub(" for type \"?[%w_%./]+\"?", ""):gsub("type%.googleapis%.com/[%w_%.]+", "a message")
  message = message:gsub("^: ", ""):gsub("invalid value Starting an object on a scalar field", "has the wrong type")
  message = message:gsub("Proto field is not repeating, cannot start list", "has the wrong type")
  local field, rule = message:match("^([%a_][%w_%.%[%]]*): (.*)$")
  return invalid_json(field or "", shortened(rule or message))
end

function envoy_on_response(handle)
  local headers = handle:headers()
  local grpc_status, status = headers:get("grpc-status"), headers:get(":status")
  if status == "200" and (grpc_status == "0" or not grpc_status and headers:get("content-type") == "application/json") then
    -- A whole answer, or a stream that has ended before its first message. What the service tells of the task and the
    -- limits, and whether the stream failed, stands in the trailers.
    handle:body(true)
    local trailers = handle:trailers()
    headers = handle:headers()
    if trailers then
      for i = 1, #TOLD do
        local value = trailers:get(TOLD[i])
        -- The edge has put an id of its own in the place of the trace's. The others come in the trailers alone.
        if value and i == 1 then headers:replace(TOLD[i], value) elseif value then headers:add(TOLD[i], value) end
      end
    end
    if not grpc_status then
      grpc_status = trailers and trailers:get("grpc-status")
      if grpc_status ~= "0" then
        status = "500"
      else
        -- Nothing more will come: 204 is what makes a browser's EventSource stop asking.
        headers:replace(":status", "204")
        headers:remove("content-type")
        headers:remove("transfer-encoding")
      end
    end
  end
  if tonumber(status) >= 400 then
    -- The first call returns nothing when trailers came without a body.
    local body = handle:body(true) or handle:body(true)
    headers = handle:headers()
    -- The id of the request, a UUID, stands in for the trace's where no service has been asked.
    local trace_id = (headers:get("x-trace-id") or ""):gsub("-", "")
    headers:replace("x-trace-id", trace_id)
    if grpc_status then
      -- After initial metadata the error comes in trailers, else all is in the headers.
      local trailers = handle:trailers() or headers
      local json, own, retry_after = trailers:get("error-json"), trailers:get("error-status"), trailers:get("retry-after")
      if not json or not own or not own:find("^[45]%d%d$") then
        own, json, retry_after = fallback(grpc_status, trace_id)
      end
      status = own
      body:setBytes(json)
      headers:replace("content-type", "application/json")
      if retry_after then headers:replace("retry-after", tostring(retry_after)) end
    elseif status == "400" then
      body:setBytes(with_field(body:getBytes(0, body:length())))
    end
    local envelope = (handle:streamInfo():dynamicMetadata():get(METADATA) or {})["envelope"]
    headers:replace(":status", envelope == "200" and "200" or status)
  end
end
