-- What the edge does with REST requests beyond Envoy's own filters: query parameters of the edge, form bodies, what must
-- not reach the transcoder. gRPC and gRPC-Web pass untouched, and the route of plain reads does without this script.
-- docs/edge.md tells it from the outside.

local METADATA = "manusmesh.edge"
local JSON_DEPTH = 64
local BODY_MAX = 4194304 -- bytes, 4 MiB; as in body_size_limit

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
  handle:respond({[":status"] = envelope and "200" or status, ["content-type"] = "application/json"}, json)
end

local TOO_LARGE = error_json("PAYLOAD_TOO_LARGE", "The request body is larger than 4 MiB; send less.", "")

-- What the edge's own query parameters say: {markdown, envelope, kept (the other parameters), problem (the refusal)}.
-- Empty values count as not given, as in forms.
local function read_query(path, query)
  local names_task = path:find("^/api/tasks/.") or path:find("^/api/[^/]+/status/.") or path:find("^/api/[^/]+/result/.")
  local has_markdown = path:find("^/api/[^/]+/result/[^/]+$") or path:find("^/api/[^/]+/run$")
  local kept, found = {}, {markdown = false, envelope = false}
  for pair in query:gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=?(.*)$")
    name, value = unescape(name), unescape(value)
    if not name or not value or not is_utf8(name) or not is_utf8(value) then
      found.problem = invalid_json("", "The query must be percent-encoded UTF-8.")
    elseif value ~= "" then
      if name == "envelope" then
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
  end
  found.kept = table.concat(kept, "&")
  return found
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local content_type = headers:get("content-type") or ""
  -- What only looks like gRPC, such as a GET of this type, must not bypass the transcoder.
  if content_type:find("^application/grpc") then headers:remove("content-type") end

  local path, query = headers:get(":path"):match("^([^?]*)%??(.*)$")
  local asked = read_query(path, query)
  local envelope = asked.envelope
  if envelope then handle:streamInfo():dynamicMetadata():set(METADATA, "envelope", "200") end

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
