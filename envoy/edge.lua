-- What the edge does beyond Envoy's own filters, for REST calls alone: query parameters of the edge, form bodies,
-- the error envelope. gRPC and gRPC-Web pass untouched. docs/edge.md tells it from the outside.

local METADATA = "manusmesh.edge"
local JSON_DEPTH = 64
local MESSAGE_MAX = 300 -- bytes of what a caller sent that an error repeats
local BODY_MAX = 4194304 -- bytes, 4 MiB; as in body_size_limit

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

-- Text without percent escapes, or nil when one is malformed.
local function unescape(text)
  if not text:find("%", 1, true) then return text end
  if text:gsub("%%%x%x", ""):find("%", 1, true) then return nil end
  return (text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

-- Whether the bytes are UTF-8 (RFC 3629: no overlong forms, no surrogates). Each sequence is replaced, not removed, so
-- that its neighbours cannot join to a valid one.
local function is_utf8(text)
  if not text:find("[\128-\255]") then return true end
  local rest = text:gsub("\240[\144-\191][\128-\191][\128-\191]", "?")
    :gsub("[\241-\243][\128-\191][\128-\191][\128-\191]", "?")
    :gsub("\244[\128-\143][\128-\191][\128-\191]", "?")
    :gsub("\224[\160-\191][\128-\191]", "?")
    :gsub("\237[\128-\159][\128-\191]", "?")
    :gsub("[\225-\236\238\239][\128-\191][\128-\191]", "?")
    :gsub("[\194-\223][\128-\191]", "?")
  return not rest:find("[\128-\255]")
end

-- Position after the JSON value that begins at `at`, or nil when there is none (RFC 8259, at most `depth` levels).
local function json_end(text, at, depth)
  local first = text:sub(at, at)
  if first == '"' then
    at = at + 1
    while true do
      local stop = text:find('[%z\1-\31"\\]', at)
      if not stop then return nil end
      local c = text:sub(stop, stop)
      if c == '"' then return stop + 1 end
      if c ~= "\\" then return nil end
      at = text:match('^["\\/bfnrt]()', stop + 1) or text:match("^u%x%x%x%x()", stop + 1)
      if not at then return nil end
    end
  elseif first == "[" or first == "{" then
    local close = first == "[" and "]" or "}"
    at = text:match("^[ \t\r\n]*()", at + 1)
    if depth == 0 then return nil end
    if text:sub(at, at) == close then return at + 1 end
    while true do
      if first == "{" then
        if text:sub(at, at) ~= '"' then return nil end
        at = json_end(text, at, depth)
        at = at and text:match("^[ \t\r\n]*:[ \t\r\n]*()", at)
        if not at then return nil end
      end
      at = json_end(text, at, depth - 1)
      if not at then return nil end
      at = text:match("^[ \t\r\n]*()", at)
      local c = text:sub(at, at)
      if c == close then return at + 1 end
      if c ~= "," then return nil end
      at = text:match("^[ \t\r\n]*()", at + 1)
    end
  end
  local literal = text:match("^true()", at) or text:match("^false()", at) or text:match("^null()", at)
  if literal then return literal end
  at = text:match("^%-?0()", at) or text:match("^%-?[1-9]%d*()", at)
  if not at then return nil end
  at = text:match("^%.%d+()", at) or at
  return text:match("^[eE][+-]?%d+()", at) or at
end

-- Whether the text is a JSON list or object and nothing else.
local function is_json(text)
  if not text:find("^[ \t\r\n]*[%[{]") then return false end
  local last = json_end(text, text:match("^[ \t\r\n]*()"), JSON_DEPTH)
  return last ~= nil and text:find("^[ \t\r\n]*$", last) ~= nil
end

-- A form (application/x-www-form-urlencoded) as a JSON object, or nil when it is malformed. A value that is a JSON list
-- or object counts as that, any other is a string; a key that repeats makes a list; empty values count as not given.
local function form_to_json(form)
  local names, values = {}, {}
  for pair in form:gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=?(.*)$")
    name, value = unescape((name:gsub("+", " "))), unescape((value:gsub("+", " ")))
    if not name or not value or not is_utf8(name) or not is_utf8(value) then return nil end
    -- HTTP clients that know only multipart bodies send this name when a form has no fields.
    if name ~= "__multipart_placeholder__" and name ~= "" and value ~= "" then
      if not values[name] then
        names[#names + 1] = name
        values[name] = {}
      end
      table.insert(values[name], is_json(value) and value or json_string(value))
    end
  end
  local members = {}
  for i, name in ipairs(names) do
    local list = values[name]
    members[i] = json_string(name) .. ":" .. (#list == 1 and list[1] or "[" .. table.concat(list, ",") .. "]")
  end
  return "{" .. table.concat(members, ",") .. "}"
end

-- Whether the call is gRPC or gRPC-Web; the routes of envoy.yaml ask the same.
local function is_grpc(method, content_type)
  local kind = content_type:match("^application/grpc(.*)$")
  if method ~= "POST" or not kind then return false end
  return kind == "" or kind:find("^%+[a-z0-9]+$") ~= nil
    or kind:gsub("%+proto$", "") == "-web" or kind:gsub("%+proto$", "") == "-web-text"
end

-- The error envelope; the texts are JSON already, without their quotes.
local function error_json(code, message, details)
  return string.format('{"success":false,"error":{"code":"%s","message":"%s","details":{%s}}}', code, message, details)
end

local function invalid_json(field, message)
  return error_json("INVALID_ARGUMENT", (field == "" and "" or field .. ": ") .. message,
    string.format('"fields":[{"field":"%s","message":"%s"}]', field, message))
end

-- Answers without asking the gateway. The header keeps local_reply_config from making an envelope of the envelope.
local function refuse(handle, envelope, status, json)
  handle:headers():replace("x-envoy-refused", "1")
  handle:respond({[":status"] = envelope and "200" or status, ["content-type"] = "application/json",
    ["x-content-type-options"] = "nosniff", ["cache-control"] = "no-store"}, json)
end

local TOO_LARGE = error_json("PAYLOAD_TOO_LARGE", "The request body is larger than 4 MiB; send less.", "")

-- What the edge's own query parameters say: {markdown, envelope, kept (the other parameters), problem (the refusal)}.
local function read_query(path, query)
  local names_task = path:find("^/api/tasks/.") or path:find("^/api/[^/]+/status/.") or path:find("^/api/[^/]+/result/.")
  local has_markdown = path:find("^/api/[^/]+/result/[^/]+$") or path:find("^/api/[^/]+/run$")
  local kept, found = {}, {markdown = false, envelope = false}
  for pair in query:gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=?(.*)$")
    name, value = unescape(name), unescape(value)
    if not name or not value or not is_utf8(name) or not is_utf8(value) then
      found.problem = invalid_json("", "The query must be percent-encoded UTF-8.")
    elseif name == "envelope" then
      found.envelope = value == "200"
    elseif name == "format" and has_markdown then
      found.markdown = value == "markdown"
      if value ~= "markdown" and value ~= "json" then
        found.problem = invalid_json("format", "must be json or markdown")
      end
    elseif names_task and (name == "task_id" or name == "taskId") then
      found.problem = invalid_json("task_id", "is given by the path; leave it out of the query")
    else
      kept[#kept + 1] = pair
    end
  end
  found.kept = table.concat(kept, "&")
  return found
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local content_type = headers:get("content-type") or ""
  if is_grpc(headers:get(":method"), content_type) then return end
  -- What only looks like gRPC, such as a GET of this type, must not bypass the transcoder.
  if content_type:find("^application/grpc") then headers:remove("content-type") end

  local path, query = headers:get(":path"):match("^([^?]*)%??(.*)$")
  local asked = read_query(path, query)
  local envelope = asked.envelope
  -- Marks the call as REST; the answer cannot be told from its content type.
  handle:streamInfo():dynamicMetadata():set(METADATA, "envelope", envelope and "200" or "own")

  local plain = unescape(path)
  if not plain or not is_utf8(plain) or plain:find("%c") then
    asked.problem = invalid_json("", "The path must be percent-encoded UTF-8 without control characters.")
  end
  if (headers:get("content-encoding") or "identity"):lower() ~= "identity" then
    asked.problem = invalid_json("", "Send the body without Content-Encoding.")
  end
  if asked.problem then return refuse(handle, envelope, "400", asked.problem) end

  if asked.markdown or asked.kept ~= query then
    headers:replace(":path", path .. (asked.markdown and "/markdown" or "")
      .. (asked.kept ~= "" and "?" .. asked.kept or ""))
  end

  if tonumber(headers:get("content-length") or "0") > BODY_MAX then
    -- Read it before the answer: a connection closed under a sending client loses the answer.
    if tonumber(headers:get("content-length")) <= 2 * BODY_MAX then handle:body() end
    return refuse(handle, envelope, "413", TOO_LARGE)
  end
  if content_type:lower():find("^application/x%-www%-form%-urlencoded") then
    local body = handle:body()
    -- The headers as they were before the wait for the body are out of reach.
    handle:headers():replace("content-type", "application/json")
    if not body then return end
    if body:length() > BODY_MAX then return refuse(handle, envelope, "413", TOO_LARGE) end
    local bytes = body:getBytes(0, body:length())
    -- A client that names no type, as curl does, says form for everything; no form begins with a brace.
    if bytes:find("^%s*[{%[]") then return end
    local json = form_to_json(bytes)
    if not json then
      return refuse(handle, envelope, "400", invalid_json("", "The form must be percent-encoded UTF-8."))
    end
    body:setBytes(json)
  end
end

-- HTTP status, body and Retry-After for a failed call whose service sent none.
local function fallback(grpc_status, trace_id)
  local known = BY_GRPC_STATUS[grpc_status]
  if not known then
    return "500", error_json("INTERNAL", "The call failed inside the mesh.", '"trace_id":' .. json_string(trace_id or ""))
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
  if not message then return json end
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
  local mark = handle:streamInfo():dynamicMetadata():get(METADATA)
  if not mark then return end -- gRPC

  local headers = handle:headers()
  headers:replace("x-content-type-options", "nosniff")
  headers:replace("cache-control", "no-store")
  local grpc_status = headers:get("grpc-status")
  local status = headers:get(":status")
  if status == "200" and not grpc_status and headers:get("content-type") == "application/json" then
    -- A stream that has ended before its first message: whether it failed stands in the trailers.
    handle:body(true)
    local trailers = handle:trailers()
    grpc_status = trailers and trailers:get("grpc-status")
    headers = handle:headers()
    if grpc_status ~= "0" then
      status = "500"
    else
      -- Nothing more will come: 204 is what makes a browser's EventSource stop asking.
      headers:replace(":status", "204")
      headers:remove("content-type")
      headers:remove("transfer-encoding")
    end
  end
  local failed = tonumber(status) >= 400
  if failed then
    -- The first call returns nothing when trailers came without a body.
    local body = handle:body(true) or handle:body(true)
    headers = handle:headers()
    if grpc_status then
      -- After initial metadata the error comes in trailers, else all is in the headers.
      local trailers = handle:trailers() or headers
      local json, own, retry_after = trailers:get("error-json"), trailers:get("error-status"), trailers:get("retry-after")
      if not json or not own or not own:find("^[45]%d%d$") then
        own, json, retry_after = fallback(grpc_status, headers:get("x-trace-id"))
      end
      status = own
      body:setBytes(json)
      headers:replace("content-type", "application/json")
      if retry_after then headers:replace("retry-after", tostring(retry_after)) end
    elseif status == "400" then
      body:setBytes(with_field(body:getBytes(0, body:length())))
    end
    headers:replace(":status", mark["envelope"] == "200" and "200" or status)
  end
  for _, name in ipairs({"error-json", "error-status", "grpc-status", "grpc-message", "grpc-status-details-bin",
                         "grpc-accept-encoding", "grpc-encoding", "x-envoy-ratelimited"}) do
    headers:remove(name)
  end
end
