-- Rows of the first form of call, with what they refer to. Written once: this file is never changed. A new form gets a new file.

INSERT INTO account (id, name, created_at, balance_micros, purchased_micros, consumed_micros, last_number, last_number_at, receipts,
        receipt_hash, tag_names, end_users)
    VALUES ('acc_frozen', 'Test', 1795178096789, 68058900, 100030000, 31971100, 11, 1795178229484, 5,
        X'a59a16d4f52b082ae4273cdf34b53e7f6beae2345b4e0608f18406c0dfb27e73', 'env feature', 1);

INSERT INTO api_key (id, account_id, hash, prefix, name, kind, created_at, number, member_id, team_id, origin_id)
    VALUES ('key_frozen', 'acc_frozen', '563f1f49544b92d4614443751f54be3e93acc1903e6be353eb9a85cafe4d0371', 'sk-d9854bec',
        'key_frozen', 'api', 1795178096789, 1, 'mem_frozen', 'team_frozen', 'key_frozen');

INSERT INTO signing_key (id, number, public_key, sealed_private, created_at)
    VALUES ('sig_5d246e36633c1398', 1, 'cjQdh7B4lrdaYXJuOPFACoyKZPqbAYpwiSqFJQenooU=',
        'AeXiUNo65AlGnTVFhVnQfDa6YMfcz3RB6ITJ4jNN2xmk8beZUdhqvuQurwT7LDJvxWL5hzDKoZGiC+yWR/mOogBBiQDr98HZbdjSg80=', 1795178096789);

INSERT INTO price (version, kind, number, model_id, created_at, terms, proof)
    VALUES ('cost-49e4e3e81347', 'cost', 1, '', 1795000000000,
        '{"input":100,"output":500,"cached_input":10,"audio_input":200,"cached_audio_input":20,"search_per_1000":2800,"search_counts":"calls","above":{"prompt_tokens":200000,"input":200,"output":750,"cached_input":20,"audio_input":400,"cached_audio_input":40,"search_per_1000":2800},"tiers":{"flex":0.5,"priority":1.8}}',
        -309168105647123289);
INSERT INTO price (version, kind, number, model_id, created_at, terms, proof)
    VALUES ('frozen@1', 'file', 1, 'gemini-2.5-pro', 1795000000000,
        '{"input":150,"output":750,"cached_input":15,"audio_input":300,"cached_audio_input":30,"search_per_1000":4200,"above":{"prompt_tokens":200000,"input":300,"output":1125,"cached_input":30,"audio_input":600,"cached_audio_input":60,"search_per_1000":4200},"tiers":{"flex":0.5,"priority":1.8},"reasoning_billed":true,"rounding":{"rule":"floor-total","step":0.0001,"minimum":0.01}}',
        3907622103372389535);

INSERT INTO label (account_id, number, name, value, proof, created_day, used_day)
    VALUES ('acc_frozen', 1, 'env', 'prod', -6088557253814463986, 1795132800000, 1795132800000);
INSERT INTO label (account_id, number, name, value, proof, created_day, used_day)
    VALUES ('acc_frozen', 2, 'feature', 'search', 5276583020446472316, 1795132800000, 1795132800000);
INSERT INTO label (account_id, number, name, value, proof, created_day, used_day)
    VALUES ('acc_frozen', 3, '', 'user 17', 8470418570444266424, 1795132800000, 1795132800000);
INSERT INTO label (account_id, number, name, value, proof, created_day, used_day)
    VALUES ('acc_frozen', 4, 'env', 'test', 4839898184169349497, 1795132800000, 1795132800000);

INSERT INTO entry (account_id, number, created_at, kind, amount_micros, balance_after_micros, reason, request_id)
    VALUES ('acc_frozen', 1, 1795178096789, 'top_up', 30000, 30000, 'Start credits', 'sandbox-start-acc_frozen');
INSERT INTO entry (account_id, number, created_at, kind, amount_micros, balance_after_micros, reason, request_id)
    VALUES ('acc_frozen', 2, 1795178101789, 'top_up', 100000000, 100030000, 'Invoice 4711, "first"', 'operator grant-1');
INSERT INTO entry (account_id, number, created_at, kind, amount_micros, balance_after_micros, reason, request_id, task_id)
    VALUES ('acc_frozen', 11, 1795178229484, 'refund', 1000000, 68058900, 'Sorry, it''s late', 'operator refund-1',
        'frozen0everything000000002');

INSERT INTO call (number, created_at, ended_at, reserved_us, asked_us, first_byte_us, done_us, settled_us, held_micros, charged_micros,
        due_micros, sandbox_micros, balance_after_micros, receipts, prompt_tokens, tool_tokens, completion_tokens, reasoning_tokens,
        cached_tokens, cached_audio_tokens, audio_tokens, image_tokens, text_tokens, searches, priced_at, step, cost_micros, flags,
        receipt_key, account_id, id, key_id, door, model_id, ending, usage_form, price, tier, request_id, channel, upstream_model,
        upstream_id, cost_price, receipt_hash)
    VALUES (3, 1795178106789, 1795178109135, 1201, 1512, 813205, 2346879, 2347990, 900000, 489000, 489000, 30000, 99541000, 1, 1200,
        0, 345, 67, 0, 0, 0, 0, 345, 0, 1795178106789, 0, 326000, 16, 1, 'acc_frozen', 'frozen0completed0000000001', 'key_frozen', 'chat',
        'gemini-2.5-pro', 'completed', 'tokens', 'frozen@1', 'standard', 'req_frozen_1', 'google', 'gemini-2.5-pro', 'resp-1',
        'cost-49e4e3e81347', X'41568007bb1d5814a2dea5ae2757851bc9ff58c623d690e228b152c61eeaa330');
INSERT INTO call (number, created_at, ended_at, reserved_us, asked_us, first_byte_us, done_us, settled_us, held_micros, charged_micros,
        due_micros, sandbox_micros, balance_after_micros, receipts, prompt_tokens, tool_tokens, completion_tokens, reasoning_tokens,
        cached_tokens, cached_audio_tokens, audio_tokens, image_tokens, text_tokens, searches, priced_at, step, cost_micros,
        cache_expected_tokens, cache_idle_seconds, saved_micros, missed_micros, flags, receipt_key, account_id, id, key_id, labels, door,
        model_id, model, ending, usage_form, price, tier, tier_granted, request_id, channel, upstream_model, upstream_id, ignored, cost_price,
        cache_session, cache_reason, cache_place, attempts, receipt_hash)
    VALUES (4, 1795178119135, 1795178121481, 2202, 2513, 814206, 2347880, 2348991, 50000000, 28272100, 28272100, 0, 71268900, 2,
        250000, 1500, 2222, 333, 150000, 4000, 10000, 5000, 2000, 2, 1795178119135, 200000, 81300000, 240000, 94, 13500000, 8100000, 16, 1,
        'acc_frozen', 'frozen0everything000000002', 'key_frozen', '1 2 3', 'responses', 'gemini-2.5-pro', 'gemini-2.5-pro-002', 'completed',
        'openai', 'frozen@1', 'flex', 'standard', 'req_frozen_2', 'google', 'gemini-2.5-pro-002', 'resp-2 é"', 'logit_bias
user',
        'cost-49e4e3e81347', 'session-id', 'prefix_changed', 'messages.12',
        '{"attempts":[{"channel":"vertex","model":"gemini-2.5-pro","ms":412,"outcome":"malformed"},{"channel":"google","model":"gemini-2.5-pro-002","ms":811,"outcome":"answered"}],"costs":[{"channel":"google","model":"gemini-2.5-pro-002","prompt":251500,"cached":146000,"audio":6000,"cached_audio":4000,"completion":2222,"reasoning":333,"searches":2,"input":200,"cached_input":20,"audio_input":400,"cached_audio_input":40,"output":750,"search_per_1000":2800,"search_counts":"calls","cost":29296250},{"channel":"vertex","model":"gemini-2.5-pro","prompt":250000,"audio":10000,"completion":5,"input":200,"audio_input":400,"output":750,"cost":52003750}]}',
        X'febdcbc0e26b903ed9dd6000834dcfc152b89217e412c8f514619441062c7f69');
INSERT INTO call (number, created_at, ended_at, reserved_us, asked_us, first_byte_us, done_us, settled_us, held_micros, charged_micros,
        due_micros, sandbox_micros, balance_after_micros, receipts, prompt_tokens, tool_tokens, completion_tokens, reasoning_tokens,
        cached_tokens, cached_audio_tokens, audio_tokens, image_tokens, text_tokens, searches, priced_at, step, max_tokens_applied,
        cost_micros, flags, receipt_key, account_id, id, key_id, labels, door, model_id, ending, usage_form, price, tier, request_id, channel,
        upstream_model, cost_price, stopped_by, receipt_hash)
    VALUES (5, 1795178131481, 1795178133827, 3303, 3614, 815307, 2348981, 2350092, 400000, 400000, 397500, 0, 70868900, 3, 900, 0,
        350, 0, 0, 0, 0, 0, 350, 0, 1795178131481, 0, 512, 265000, 17, 1, 'acc_frozen', 'frozen0cut0000000000000003', 'key_frozen', '4',
        'messages', 'gemini-2.5-pro', 'cut', 'units', 'frozen@1', 'standard', 'req_frozen_3', 'google', 'gemini-2.5-pro', 'cost-49e4e3e81347',
        '{"owner":"team","id":"team_frozen","window":"day","limit":25,"used":24.6,"held":0.4,"left":0,"resets_at":1795305600}',
        X'0920d076a7a17251d0263f23c51859ffa4eaac1000bbf740e2f3804e3847a9e4');
INSERT INTO call (number, created_at, ended_at, reserved_us, asked_us, settled_us, held_micros, charged_micros, due_micros, sandbox_micros,
        balance_after_micros, receipts, cost_micros, flags, account_id, id, key_id, door, model_id, ending, request_id, channel,
        upstream_model)
    VALUES (6, 1795178143827, 1795178143904, 401, 822, 77000, 500000, 0, 0, 0, 70868900, 3, 0, 0, 'acc_frozen',
        'frozen0cancelled0000000004', 'key_frozen', 'chat', 'gemini-2.5-pro', 'cancelled', 'req_frozen_4', 'google', 'gemini-2.5-pro');
INSERT INTO call (number, created_at, ended_at, reserved_us, asked_us, settled_us, held_micros, charged_micros, due_micros, sandbox_micros,
        balance_after_micros, receipts, cost_micros, flags, account_id, id, key_id, door, model_id, ending, error_code, error_message,
        request_id, channel, upstream_model, filter, cost_price, attempts)
    VALUES (7, 1795178153904, 1795178154792, 501, 922, 888000, 500000, 0, 0, 0, 70868900, 3, 326000, 0, 'acc_frozen',
        'frozen0failed0000000000005', 'key_frozen', 'chat', 'gemini-2.5-pro', 'failed', 'content_filter',
        'The provider''s filter has stopped the response: "SAFETY".', 'req_frozen_5', 'google', 'gemini-2.5-pro', 'SAFETY',
        'cost-49e4e3e81347',
        '{"attempts":[{"channel":"google","model":"gemini-2.5-pro","ms":887,"outcome":"filtered"}],"costs":[{"channel":"google","model":"gemini-2.5-pro","prompt":1200,"completion":345,"reasoning":67,"input":100,"output":500,"cost":326000}]}');
INSERT INTO call (number, created_at, ended_at, held_micros, charged_micros, due_micros, sandbox_micros, balance_after_micros, receipts,
        flags, account_id, id, key_id, door, model_id, ending, error_code, error_message, request_id, channel, upstream_model)
    VALUES (8, 1795178164792, 1795178194792, 500000, 0, 0, 0, 70868900, 3, 0, 'acc_frozen', 'frozen0abandoned0000000006',
        'key_frozen', 'responses', 'gemini-2.5-pro', 'abandoned', 'internal_error',
        'The server stopped before the call had ended. Nothing was charged.', '', '', '');
INSERT INTO call (number, created_at, ended_at, reserved_us, asked_us, first_byte_us, done_us, settled_us, held_micros, charged_micros,
        due_micros, sandbox_micros, balance_after_micros, receipts, prompt_tokens, tool_tokens, completion_tokens, reasoning_tokens,
        cached_tokens, cached_audio_tokens, audio_tokens, image_tokens, text_tokens, searches, priced_at, step, max_tokens_applied,
        cost_micros, flags, receipt_key, account_id, id, key_id, door, model_id, ending, usage_form, price, tier, request_id, channel,
        upstream_model, upstream_id, receipt_hash)
    VALUES (9, 1795178204792, 1795178207138, 7707, 8018, 819711, 2353385, 2354496, 300000, 300000, 12831000, 0, 70568900, 4, 1000, 40,
        100, 0, 0, 0, 0, 0, 100, 3, 1795178204792, 0, 100, 123456, 334, 1, 'acc_frozen', 'frozen0short00000000000007', 'key_frozen',
        'generate', 'gemini-2.5-pro', 'completed', 'tokens', 'frozen@1', 'standard', 'req_frozen_7', 'compatible', 'pro', 'resp-7',
        X'5f304710e82068c17f1879ad69d64a465d96c94c96b0b17c6b864d6d1f394a59');
INSERT INTO call (number, created_at, ended_at, reserved_us, asked_us, first_byte_us, done_us, settled_us, held_micros, charged_micros,
        due_micros, sandbox_micros, balance_after_micros, receipts, prompt_tokens, tool_tokens, completion_tokens, reasoning_tokens,
        cached_tokens, cached_audio_tokens, audio_tokens, image_tokens, text_tokens, searches, priced_at, step, cost_micros, flags,
        receipt_key, account_id, id, key_id, door, model_id, ending, usage_form, price, tier, request_id, channel, upstream_model,
        upstream_id, cost_price, receipt_hash)
    VALUES (10, 1795178217138, 1795178219484, 8808, 9119, 820812, 2354486, 2355597, 5000000, 3510000, 3510000, 0, 67058900, 5, 8000,
        0, 900, 100, 0, 0, 0, 0, 900, 0, 1795178217138, 0, 2340000, 160, 1, 'acc_frozen', 'frozen0compaction000000008', 'key_frozen',
        'responses', 'gemini-2.5-pro', 'completed', 'tokens', 'frozen@1', 'priority', 'req_frozen_8', 'google', 'gemini-2.5-pro', 'resp-8',
        'cost-49e4e3e81347', X'a59a16d4f52b082ae4273cdf34b53e7f6beae2345b4e0608f18406c0dfb27e73');
