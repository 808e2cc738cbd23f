package dev.tollgate.verification;

import static dev.tollgate.testing.StripeStandIn.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.base.host.Pace;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.copies.CopyComparison;
import dev.tollgate.storage.holdings.TableRule;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.storage.secrets.SecretKeys;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.StripeStandIn;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Somebody alters one row of the books, in any table: the check finds it, or the manual says that nothing can. */
@BesideOthers
class OneAlteredRowTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String CALL = """
            {"model":"%s","stream":false,"messages":[{"role":"user","content":"%s"}]}""";
    private static final String SEARCHING =
            CALL.replace("}]}", "}],\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"googleSearch\"}}]}");
    private static final String SEARCHED = """
            {"candidates":[{"content":{"role":"model","parts":[{"text":"Hello"}]},"finishReason":"STOP",
              "groundingMetadata":{"webSearchQueries":["one","two"]}}],
             "usageMetadata":{"promptTokenCount":700,"cachedContentTokenCount":400,"candidatesTokenCount":300,
              "thoughtsTokenCount":20,"totalTokenCount":1020}}""";
    private static final String TOP_UP = "/dashboard/billing/top-up";
    private static final Pattern FORM = Pattern.compile("name=\"id\" value=\"([0-9a-f]+)\"");

    /** Each column of a call in which an alteration can be found. */
    static final List<String> OF_CALLS = List.of(
            "UPDATE call SET number = number + 1000 WHERE id = {call}",
            "UPDATE call SET created_at = created_at - 3600000 WHERE id = {call}",
            "UPDATE call SET created_at = ended_at + 1 WHERE id = {call}",
            "UPDATE call SET ended_at = ended_at + 1 WHERE id = {call}",
            "UPDATE call SET ended_at = ended_at - 86400000 WHERE id = {failed call}",
            "UPDATE call SET reserved_us = asked_us + 1 WHERE id = {call}",
            "UPDATE call SET asked_us = first_byte_us + 1 WHERE id = {call}",
            "UPDATE call SET asked_us = -5 WHERE id = {call}",
            "UPDATE call SET first_byte_us = first_byte_us + 10000000, done_us = done_us + 10000000, settled_us = settled_us + 10000000 WHERE id = {call}",
            "UPDATE call SET first_byte_us = NULL WHERE id = {call}",
            "UPDATE call SET done_us = done_us + 1000, settled_us = settled_us + 1000 WHERE id = {call}",
            "UPDATE call SET done_us = NULL WHERE id = {call}",
            "UPDATE call SET settled_us = done_us - 1 WHERE id = {call}",
            "UPDATE call SET held_micros = charged_micros - 1 WHERE id = {call}",
            "UPDATE call SET held_micros = held_micros - 1 WHERE id = {call}",
            "UPDATE call SET charged_micros = charged_micros - 1 WHERE id = {call}",
            "UPDATE call SET charged_micros = charged_micros + 1, due_micros = due_micros + 1 WHERE id = {call}",
            "UPDATE call SET charged_micros = 1, held_micros = held_micros + 1 WHERE id = {failed call}",
            "UPDATE call SET due_micros = due_micros + 1 WHERE id = {call}",
            "UPDATE call SET due_micros = 1 WHERE id = {failed call}",
            "UPDATE call SET sandbox_micros = charged_micros + 1 WHERE id = {call}",
            "UPDATE call SET balance_after_micros = balance_after_micros - 1 WHERE id = {call}",
            "UPDATE call SET balance_after_micros = balance_after_micros + 1 WHERE id = {failed call}",
            "UPDATE call SET prompt_tokens = prompt_tokens - 1 WHERE id = {call}",
            "UPDATE call SET prompt_tokens = prompt_tokens - 1, tool_tokens = tool_tokens + 1 WHERE id = {call}",
            "UPDATE call SET tool_tokens = NULL WHERE id = {call}",
            "UPDATE call SET completion_tokens = completion_tokens + 1 WHERE id = {call}",
            "UPDATE call SET reasoning_tokens = reasoning_tokens + 1 WHERE id = {call}",
            "UPDATE call SET cached_tokens = cached_tokens - 1 WHERE id = {call}",
            "UPDATE call SET cached_audio_tokens = 1 WHERE id = {call}",
            "UPDATE call SET audio_tokens = 1 WHERE id = {call}",
            "UPDATE call SET searches = searches + 1 WHERE id = {call}",
            "UPDATE call SET image_tokens = -1 WHERE id = {call}",
            "UPDATE call SET output_image_tokens = 1 WHERE id = {call}",
            "UPDATE call SET output_image_tokens = -1 WHERE id = {call}",
            "UPDATE call SET maps = 1 WHERE id = {call}",
            "UPDATE call SET maps = 2 WHERE id = {call}",
            "UPDATE call SET maps = 1 WHERE id = {failed call}",
            "UPDATE call SET output_image_tokens = 1 WHERE id = {failed call}",
            "UPDATE call SET text_tokens = NULL WHERE id = {call}",
            "UPDATE call SET prompt_tokens = 0 WHERE id = {failed call}",
            "UPDATE call SET priced_at = priced_at - 1 WHERE id = {call}",
            "UPDATE call SET step = 200000 WHERE id = {call}",
            "UPDATE call SET max_tokens_applied = 0 WHERE id = {call}",
            "UPDATE call SET max_tokens_applied = 7 WHERE id = {failed call}",
            "UPDATE call SET cost_micros = cost_micros + 1 WHERE id = {call}",
            "UPDATE call SET cost_micros = NULL WHERE id = {call}",
            "UPDATE call SET cost_micros = cost_micros + 1 WHERE id = {answered again}",
            "UPDATE call SET cost_micros = NULL WHERE id = {failed call}",
            "UPDATE call SET saved_micros = COALESCE(saved_micros, 0) + 1 WHERE id = {call}",
            "UPDATE call SET missed_micros = COALESCE(missed_micros, 0) + 1 WHERE id = {call}",
            "UPDATE call SET flags = flags + 1 - 2 * (flags & 1) WHERE id = {call}",
            "UPDATE call SET flags = flags | 8 WHERE id = {call}",
            "UPDATE call SET flags = flags | 512 WHERE id = {call}",
            "UPDATE call SET flags = flags | 1024 WHERE id = {call}",
            "UPDATE call SET flags = flags + 512 - 2 * (flags & 512) WHERE id = {failed call}",
            "UPDATE call SET flags = flags | 192 WHERE id = {call}",
            "UPDATE call SET flags = flags | 64 WHERE id = {answered again}",
            "UPDATE call SET flags = flags | 2 WHERE id = {failed call}",
            "UPDATE call SET account_id = {payer} WHERE id = {call}",
            "UPDATE call SET account_id = 'acc_other' WHERE id = {failed call}",
            "UPDATE call SET id = id || 'x' WHERE id = {call}",
            "UPDATE call SET key_id = 'key_other' WHERE id = {failed call}",
            "UPDATE call SET model_id = 'other' WHERE id = {failed call}",
            "UPDATE call SET model = 'other' WHERE id = {call}",
            "UPDATE call SET model = model_id WHERE id = {call}",
            "UPDATE call SET ending = 'cut' WHERE id = {call}",
            "UPDATE call SET ending = 'cancelled' WHERE id = {call}",
            "UPDATE call SET ending = 'failed' WHERE id = {call}",
            "UPDATE call SET ending = 'abandoned' WHERE id = {failed call}",
            "UPDATE call SET ending = 'other' WHERE id = {failed call}",
            "UPDATE call SET error_code = NULL WHERE id = {failed call}",
            "UPDATE call SET error_message = NULL WHERE id = {failed call}",
            "UPDATE call SET error_code = 'internal_error', error_message = 'other' WHERE id = {call}",
            "UPDATE call SET usage_form = 'other' WHERE id = {call}",
            "UPDATE call SET usage_form = NULL WHERE id = {call}",
            "UPDATE call SET price = price || 'x' WHERE id = {call}",
            "UPDATE call SET price = cost_price WHERE id = {call}",
            "UPDATE call SET price = {price} WHERE id = {call}",
            "UPDATE call SET price = NULL WHERE id = {call}",
            "UPDATE call SET tier = 'flex' WHERE id = {call}",
            "UPDATE call SET tier_granted = tier WHERE id = {call}",
            "UPDATE call SET tier_granted = 'flex' WHERE id = {call}",
            "UPDATE call SET channel = 'other' WHERE id = {call}",
            "UPDATE call SET channel = 'other' WHERE id = {answered again}",
            "UPDATE call SET upstream_model = 'other' WHERE id = {call}",
            "UPDATE call SET cost_price = NULL WHERE id = {call}",
            "UPDATE call SET cost_price = price WHERE id = {call}",
            "UPDATE call SET cost_price = 'cost-000000000000' WHERE id = {call}",
            "UPDATE call SET attempts = 'none' WHERE id = {call}",
            "UPDATE call SET attempts = '{\"attempts\":[],\"costs\":[]}' WHERE id = {call}",
            "UPDATE call SET attempts = REPLACE(attempts, '\"cost\":', '\"cost\":1') WHERE id = {answered again}",
            "UPDATE call SET attempts = REPLACE(attempts, '\"outcome\":\"', '\"outcome\":\"x') WHERE id = {answered again}",
            "UPDATE call SET attempts = REPLACE(attempts, '\"prompt\":', '\"prompt\":1') WHERE id = {answered again}",
            "UPDATE call SET attempts = REPLACE(attempts, '\"input\":', '\"input\":1') WHERE id = {answered again}",
            "UPDATE call SET attempts = REPLACE(attempts, '\"input\":', '\"other\":') WHERE id = {answered again}",
            "UPDATE call SET attempts = REPLACE(attempts, '\"completion\":', '\"completion\":1') WHERE id = {answered again}",
            "UPDATE call SET attempts = REPLACE(attempts, '\"costs\":[{\"channel\":\"', '\"costs\":[{\"channel\":\"x') WHERE id = {answered again}",
            "UPDATE call SET attempts = REPLACE(attempts, '\",\"prompt\"', 'x\",\"prompt\"') WHERE id = {answered again}",
            "UPDATE call SET held_micros = held_micros + 1 WHERE id = {call}",
            "UPDATE call SET key_id = 'key_other' WHERE id = {call}",
            "UPDATE call SET receipts = receipts + 1 WHERE id = {call}",
            "UPDATE call SET receipt_hash = NULL WHERE id = {call}",
            "UPDATE call SET receipt_hash = {bytes} WHERE id = {call}",
            "UPDATE call SET receipt_key = receipt_key + 1 WHERE id = {call}",
            "UPDATE call SET receipt_key = NULL WHERE id = {call}",
            "UPDATE call SET cache_expected_tokens = 7 WHERE id = {call}",
            "UPDATE call SET cache_reason = 'other' WHERE id = {call}",
            "UPDATE call SET cache_idle_seconds = 7 WHERE id = {call}",
            "UPDATE call SET receipt_key = 1 WHERE id = {failed call}",
            "UPDATE account SET receipts = receipts + 1 WHERE id = {account}",
            "UPDATE account SET receipt_hash = {bytes} WHERE id = {account}",
            "UPDATE signing_key SET id = 'other'",
            "DELETE FROM signing_key",
            "DELETE FROM call WHERE id = {call}",
            "DELETE FROM call WHERE id = {failed call}");

    /** On PostgreSQL too. */
    static final List<String> OF_MONEY = List.of(
            "UPDATE call SET number = number + 1000 WHERE id = {call}",
            "UPDATE call SET created_at = created_at - 3600000 WHERE id = {call}",
            "UPDATE call SET ended_at = ended_at - 86400000 WHERE id = {failed call}",
            "UPDATE call SET first_byte_us = NULL WHERE id = {call}",
            "UPDATE call SET done_us = done_us + 1000, settled_us = settled_us + 1000 WHERE id = {call}",
            "UPDATE call SET balance_after_micros = balance_after_micros + 1 WHERE id = {failed call}",
            "UPDATE call SET cached_tokens = cached_tokens - 1 WHERE id = {call}",
            "UPDATE call SET cost_micros = NULL WHERE id = {call}",
            "UPDATE call SET saved_micros = COALESCE(saved_micros, 0) + 1 WHERE id = {call}",
            "UPDATE call SET flags = flags + 1 - 2 * (flags & 1) WHERE id = {call}",
            "UPDATE call SET key_id = 'key_other' WHERE id = {failed call}",
            "UPDATE call SET model_id = 'other' WHERE id = {failed call}",
            "UPDATE call SET ending = 'cut' WHERE id = {call}",
            "UPDATE call SET channel = 'other' WHERE id = {call}",
            "UPDATE call SET attempts = 'none' WHERE id = {answered again}",
            "UPDATE call SET attempts = REPLACE(attempts, '\"cost\":', '\"cost\":1') WHERE id = {answered again}",
            "DELETE FROM call WHERE id = {failed call}",
            "UPDATE account SET last_number_at = last_number_at - 1 WHERE id = {account}",
            "UPDATE account SET balance_micros = balance_micros + 1, purchased_micros = purchased_micros + 1 WHERE id = {account}",
            "UPDATE entry SET kind = 'adjustment', amount_micros = -amount_micros WHERE number = 1 AND account_id = {account}",
            "UPDATE entry SET kind = 'refund' WHERE number = 1 AND account_id = {account}",
            "UPDATE entry SET created_at = created_at - 86400000 WHERE kind = 'refund'",
            "UPDATE entry SET balance_after_micros = balance_after_micros + 1 WHERE kind = 'refund'",
            "UPDATE entry SET missing_micros = missing_micros + 1 WHERE kind = 'reversal'",
            "UPDATE voucher SET account_id = NULL, redeemed_at = NULL WHERE sequence = 1",
            "UPDATE payment SET state = 'open' WHERE id = {payment}",
            "UPDATE payment SET missing_micros = missing_micros + 1 WHERE id = {payment}",
            "DELETE FROM payment_notice WHERE fact = 'paid'",
            "DELETE FROM invoice",
            "UPDATE invoice SET year = year + 1",
            "DELETE FROM audit_log WHERE sequence = 2",
            "UPDATE price SET terms = REPLACE(terms, '\"input\":', '\"input\":1') WHERE kind = 'set' AND number = 1",
            "UPDATE price SET terms = REPLACE(terms, '\"output\":', '\"output\":1') WHERE version = {price}",
            "UPDATE price SET terms = REPLACE(terms, '\"output\":', '\"output\":1') WHERE version = {cost}",
            "UPDATE price SET terms = REPLACE(terms, '\"priority\":', '\"priority\":1') WHERE {used tariff}",
            "UPDATE usage_quarter SET thoughts_tokens = thoughts_tokens + 1 WHERE {first of usage_quarter}",
            "UPDATE usage_quarter SET cached_tokens = cached_tokens - 1 WHERE {first of usage_quarter}",
            "UPDATE usage_quarter SET searches = searches + 1 WHERE {first of usage_quarter}",
            "UPDATE usage_quarter SET starts_at = starts_at + 900000 WHERE {first of usage_quarter}",
            "UPDATE usage_day SET prompt_tokens = prompt_tokens + 1 WHERE {first of usage_day}",
            "UPDATE usage_day SET searches = searches - 1 WHERE {first of usage_day}",
            "UPDATE usage_hour SET cached_tokens = cached_tokens + 1 WHERE {first of usage_hour}",
            "UPDATE usage_hour SET searches = searches - 1 WHERE {first of usage_hour}",
            "UPDATE usage_hour SET channel = 'other' WHERE {first of usage_hour}",
            "UPDATE usage_hour SET charged_micros = charged_micros + 1 WHERE {first of usage_hour}",
            "UPDATE usage_hour SET cost_micros = cost_micros + 1 WHERE {first of usage_hour}",
            "UPDATE usage_hour SET uncosted = uncosted + 1 WHERE {first of usage_hour}",
            "UPDATE usage_hour SET ending = 'cut' WHERE ending = 'completed' AND {first of usage_hour}",
            "UPDATE usage_hour SET ending = 'abandoned' WHERE ending = 'failed' AND calls > 0",
            "UPDATE usage_hour SET first_9 = first_9 + 1 WHERE {first of usage_hour}",
            "UPDATE usage_hour SET timed_tokens = timed_tokens + 1 WHERE {first of usage_hour}",
            "UPDATE usage_hour SET timed_millis = timed_millis + 1 WHERE {first of usage_hour}",
            "UPDATE usage_hour SET attempts = attempts + 1 WHERE {first of usage_hour}",
            "UPDATE usage_hour SET failed_attempts = failed_attempts + 1 WHERE {first of usage_hour}",
            "UPDATE usage_quarter SET cost_micros = cost_micros + 1 WHERE {first of usage_quarter}",
            "UPDATE usage_quarter SET costed = costed - 1 WHERE {first of usage_quarter}");

    static final List<String> OTHERS = List.of(
            "UPDATE account SET consumed_micros = consumed_micros + 1 WHERE id = {account}",
            "UPDATE account SET reserved_micros = reserved_micros + 1 WHERE id = {account}",
            "UPDATE account SET sandbox_micros = balance_micros + reserved_micros + 1 WHERE id = {account}",
            "UPDATE account SET last_number = last_number + 1 WHERE id = {account}",
            "UPDATE account SET deleted_at = 1 WHERE id = {account}",
            "UPDATE account SET spend_day = 1 WHERE id = {account}",
            "DELETE FROM account WHERE id = {account}",
            "UPDATE entry SET amount_micros = amount_micros + 1 WHERE number = 1 AND account_id = {account}",
            "UPDATE entry SET number = 1000 WHERE kind = 'refund'",
            "UPDATE entry SET task_id = NULL WHERE kind = 'refund'",
            "UPDATE entry SET task_id = {failed call} WHERE kind = 'refund'",
            "UPDATE entry SET task_id = {call} WHERE kind = 'adjustment' AND account_id = {account}",
            "UPDATE entry SET reason = NULL WHERE kind = 'adjustment' AND account_id = {account}",
            "UPDATE entry SET account_id = {payer}, number = 1000 WHERE kind = 'refund'",
            "UPDATE entry SET request_id = 'x' WHERE request_id = 'voucher-1'",
            "UPDATE entry SET origin = 'gift', origin_id = NULL WHERE request_id = 'voucher-1'",
            "UPDATE entry SET origin_id = '2' WHERE request_id = 'voucher-1'",
            "UPDATE entry SET origin = 'expiry' WHERE kind = 'adjustment' AND account_id = {account}",
            "UPDATE entry SET origin = 'deletion' WHERE kind = 'adjustment' AND account_id = {account}",
            "UPDATE entry SET origin = 'correction' WHERE kind = 'refund'",
            "UPDATE entry SET request_id = 'payment-x' WHERE kind = 'adjustment' AND account_id = {account}",
            "UPDATE entry SET amount_micros = amount_micros + 1, missing_micros = missing_micros - 1 WHERE kind = 'reversal'",
            "DELETE FROM entry WHERE kind = 'adjustment' AND account_id = {account}",
            "DELETE FROM entry WHERE kind = 'refund'",
            "UPDATE spend_window SET charged_micros = charged_micros + 1 WHERE kind = 'hour' AND key_id = {key}",
            "DELETE FROM spend_window WHERE kind = 'total' AND key_id = {key}",
            "UPDATE voucher SET amount_micros = amount_micros + 1 WHERE sequence = 1",
            "UPDATE voucher SET redeemed_at = redeemed_at + 86400000 WHERE sequence = 1",
            "DELETE FROM voucher WHERE sequence = 2",
            "UPDATE payment SET credit_micros = credit_micros + 1 WHERE id = {payment}",
            "UPDATE payment SET net_cents = net_cents + 1 WHERE id = {payment}",
            "UPDATE payment SET reversed_micros = reversed_micros - 1 WHERE id = {payment}",
            "UPDATE payment SET ended_at = ended_at + 1 WHERE id = {payment}",
            "DELETE FROM payment WHERE id = {payment}",
            "UPDATE payment_notice SET outcome = 'refused' WHERE fact = 'paid'",
            "DELETE FROM payment_notice WHERE fact = 'refunded'",
            "UPDATE invoice SET sequence = sequence + 1",
            "UPDATE invoice SET issued_at = issued_at + 1",
            "UPDATE price SET number = 7 WHERE kind = 'set' AND number = 2",
            "UPDATE price SET number = number + 100 WHERE version = {price}",
            "UPDATE api_key SET account_id = 'acc_other' WHERE id = {key}",
            "DELETE FROM api_key WHERE id = {key}",
            "UPDATE answer_share SET bytes = bytes + 1",
            "INSERT INTO kept_response (id, account_id, place, plain_bytes, bytes, used_at, sealed)"
                    + " VALUES ({failed call} || 'x', {account}, 1, 1, 1, 1, '')",
            "UPDATE usage_quarter SET calls = calls + 1 WHERE {first of usage_quarter}",
            "UPDATE usage_quarter SET key_id = 'key_other' WHERE {first of usage_quarter}",
            "UPDATE usage_quarter SET refunded_micros = refunded_micros + 1 WHERE {first of usage_quarter}",
            "UPDATE usage_day SET model = 'other' WHERE {first of usage_day}",
            "UPDATE usage_day SET cached_tokens = cached_tokens + 1 WHERE {first of usage_day}",
            "UPDATE usage_day SET charged_micros = charged_micros - 1 WHERE {first of usage_day}",
            "DELETE FROM usage_day WHERE {first of usage_day}",
            "UPDATE usage_hour SET calls = calls + 1 WHERE {first of usage_hour}",
            "UPDATE usage_hour SET starts_at = starts_at + 3600000 WHERE {first of usage_hour}",
            "UPDATE usage_hour SET ending = 'cancelled' WHERE ending = 'completed' AND {first of usage_hour}",
            "DELETE FROM usage_hour WHERE {first of usage_hour}");

    /** Alterations of all tables, most of prices, kept answers and kept responses. */
    static final List<String> MORE = List.of(
            "UPDATE price SET created_at = created_at - 1 WHERE kind = 'set' AND number = 1",
            "UPDATE price SET from_at = from_at - 86400000 WHERE kind = 'set' AND number = 2",
            "UPDATE price SET from_at = NULL WHERE kind = 'set' AND number = 2",
            "UPDATE price SET from_at = created_at WHERE version = {price}",
            "UPDATE price SET terms = REPLACE(terms, 'floor-total', 'nearest-component') WHERE kind = 'set' AND number = 2",
            "UPDATE price SET terms = REPLACE(terms, '\"step\":0.01', '\"step\":0.1') WHERE kind = 'set' AND number = 2",
            "UPDATE price SET terms = REPLACE(terms, '\"minimum\":0.01', '\"minimum\":0') WHERE kind = 'set' AND number = 1",
            "UPDATE price SET terms = REPLACE(terms, '\"reasoning_billed\":', '\"other\":') WHERE kind = 'set' AND number = 1",
            "UPDATE price SET model_id = 'gemini-3-pro' WHERE kind = 'set' AND number = 2",
            "UPDATE price SET version = 'gemini-3.1-pro@set-9' WHERE kind = 'set' AND number = 2",
            "UPDATE price SET terms = REPLACE(terms, '\"cached_input\":', '\"cached_input\":1') WHERE kind = 'set' AND number = 2",
            "UPDATE price SET terms = REPLACE(terms, '\"flex\":0.5', '\"flex\":0.6') WHERE kind = 'set' AND number = 2",
            "UPDATE price SET terms = 'none' WHERE kind = 'set' AND number = 2",
            "UPDATE price SET terms = '{}' WHERE version = {price}",
            "UPDATE price SET kind = 'other' WHERE kind = 'set' AND number = 2",
            "DELETE FROM price WHERE kind = 'set' AND number = 2",
            "INSERT INTO price (version, kind, number, model_id, created_at, terms, proof) SELECT model_id || '@set-3', 'set', 3, model_id, created_at, terms, proof FROM price WHERE kind = 'set' AND number = 1",
            "INSERT INTO price (version, kind, number, model_id, created_at, terms, proof) SELECT 'cost-000000000000', 'cost', 1 + (SELECT COUNT(*) FROM price WHERE kind = 'cost'), '', created_at, terms, proof FROM price WHERE version = {cost}",
            "UPDATE audit_log SET subject = 'other' WHERE action = 'model.price' AND subject = 'gemini-3.1-pro'",
            "UPDATE audit_log SET after_json = NULL WHERE action = 'model.price' AND subject = 'gemini-3.1-pro'",
            "UPDATE audit_log SET action = 'model.other' WHERE action = 'model.price' AND subject = 'gemini-3.1-pro'",
            "UPDATE price SET terms = REPLACE(terms, 'nearest-component', 'floor-total') WHERE version = {price}",
            "UPDATE price SET terms = REPLACE(terms, '\"step\":', '\"step\":1') WHERE version = {price}",
            "UPDATE price SET terms = REPLACE(terms, '\"reasoning_billed\":true', '\"reasoning_billed\":false') WHERE version = {price}",
            "UPDATE price SET created_at = created_at + 86400000 WHERE version = {price}",
            "UPDATE price SET created_at = created_at + 1 WHERE version = {price}",
            "UPDATE price SET model_id = 'other' WHERE version = {price}",
            "UPDATE price SET terms = REPLACE(terms, '\"input\":', '\"input\":1') WHERE version = {unused price}",
            "UPDATE price SET proof = proof + 1 WHERE version = {unused price}",
            "UPDATE price SET terms = REPLACE(terms, '\"flex\":', '\"flex\":1') WHERE {used tariff}",
            "UPDATE price SET terms = REPLACE(terms, '\"prompt_tokens\":', '\"prompt_tokens\":1') WHERE {used tariff}",
            "UPDATE price SET terms = REPLACE(terms, '\"search_per_1000\":', '\"search_per_1000\":1') WHERE {used tariff}",
            "UPDATE price SET terms = REPLACE(terms, '\"above\":', '\"beyond\":') WHERE {used tariff}",
            "DELETE FROM price WHERE version = {price}",
            "DELETE FROM price WHERE version = {unused price}",
            "DELETE FROM price WHERE version = {cost}",
            "UPDATE usage_hour SET estimated = estimated + 1 WHERE {first of usage_hour}",
            "UPDATE usage_hour SET upstream_model = 'other' WHERE {first of usage_hour}",
            "UPDATE usage_hour SET shortfall_micros = shortfall_micros + 1 WHERE {first of usage_hour}",
            "UPDATE usage_quarter SET first_9 = first_9 + 1 WHERE {first of usage_quarter}",
            "UPDATE usage_quarter SET completion_tokens = 0 WHERE {first of usage_quarter}",
            "UPDATE usage_day SET account_id = {payer} WHERE {first of usage_day}",
            "INSERT INTO open_hold (id, account_id, key_id, door, model, created_at, held_micros) VALUES ('chatcmpl-x', {account}, {key}, 'chat', 'm', 1, 1)",
            "INSERT INTO open_hold (id, account_id, key_id, door, model, created_at, held_micros) VALUES ({failed call}, {account}, {key}, 'chat', 'm', 1, 0)",
            "INSERT INTO open_hold (id, account_id, key_id, door, model, created_at, held_micros) VALUES ('chatcmpl-x', 'acc_other', {key}, 'chat', 'm', 1, 0)",
            "DELETE FROM entry WHERE kind = 'top_up' AND number = 1 AND account_id = {account}",
            "UPDATE kept_answer SET task_id = {failed call} WHERE task_id = {call}",
            "UPDATE kept_answer SET task_id = 'chatcmpl-x' WHERE task_id = {call}",
            "UPDATE kept_answer SET key_id = 'key_other' WHERE task_id = {call}",
            "UPDATE kept_answer SET account_id = {payer} WHERE task_id = {call}",
            "UPDATE kept_answer SET settled_at = settled_at + 1 WHERE task_id = {call}",
            "UPDATE kept_answer SET bytes = bytes + 1 WHERE task_id = {call}",
            "DELETE FROM answer_share",
            "UPDATE kept_response SET id = {call}",
            "UPDATE kept_response SET account_id = {payer}",
            "UPDATE kept_response SET sealed = {bytes}",
            "UPDATE kept_response SET bytes = bytes + 1",
            "UPDATE kept_response SET plain_bytes = plain_bytes + 1",
            "UPDATE kept_response SET place = place + 1000",
            "UPDATE kept_share SET bytes = 1",
            "UPDATE voucher SET account_id = {account} || 'x' WHERE sequence = 1",
            "UPDATE payment SET account_id = {account} WHERE id = {payment}",
            "UPDATE payment SET channel = 'stripe' WHERE id = {payment}",
            "UPDATE payment_notice SET cents = cents + 1 WHERE fact = 'paid'",
            "UPDATE payment_notice SET payment_id = 'other' WHERE fact = 'paid'",
            "UPDATE payment SET tax_cents = tax_cents + 1 WHERE id = {payment}",
            "UPDATE invoice SET series = 'other'");

    /** Alterations of calls that docs/trouble.md names as unnoticed. */
    static final List<String> CALLS_UNSEEN = List.of(
            "UPDATE call SET created_at = created_at - 1 WHERE id = {call}",
            "UPDATE call SET reserved_us = reserved_us - 1 WHERE id = {call}",
            "UPDATE call SET asked_us = asked_us - 1 WHERE id = {call}",
            "UPDATE call SET settled_us = settled_us + 1 WHERE id = {call}",
            "UPDATE call SET sandbox_micros = charged_micros WHERE id = {call}",
            "UPDATE call SET image_tokens = image_tokens + 1 WHERE id = {call}",
            "UPDATE call SET text_tokens = text_tokens - 1 WHERE id = {call}",
            "UPDATE call SET max_tokens_applied = 7 WHERE id = {call}",
            "UPDATE call SET flags = flags + 2 - 2 * (flags & 2) WHERE id = {call}",
            "UPDATE call SET flags = flags + 4 - 2 * (flags & 4) WHERE id = {call}",
            "UPDATE call SET flags = flags + 16 - 2 * (flags & 16) WHERE id = {call}",
            "UPDATE call SET flags = flags + 32 - 2 * (flags & 32) WHERE id = {call}",
            "UPDATE call SET flags = flags | 64 WHERE id = {call}",
            "UPDATE call SET flags = flags | 128 WHERE id = {call}",
            "UPDATE call SET flags = flags | 256 WHERE id = {call}",
            "UPDATE call SET id = id || 'x' WHERE id = {failed call}",
            "UPDATE call SET door = 'other' WHERE id = {call}",
            "UPDATE call SET error_code = 'other' WHERE id = {failed call}",
            "UPDATE call SET error_message = 'other' WHERE id = {failed call}",
            "UPDATE call SET usage_form = 'openai' WHERE id = {call}",
            "UPDATE call SET request_id = 'other' WHERE id = {call}",
            "UPDATE call SET held_micros = held_micros + 1 WHERE id = {failed call}",
            "UPDATE call SET upstream_id = 'other' WHERE id = {call}",
            "UPDATE call SET filter = 'other' WHERE id = {call}",
            "UPDATE call SET ignored = 'other' WHERE id = {call}",
            "UPDATE call SET cache_session = 'other', cache_expected_tokens = 7, cache_idle_seconds = 7, cache_reason = 'other', cache_place = 'other' WHERE id = {call}",
            "UPDATE call SET stopped_by = '{}' WHERE id = {call}",
            "UPDATE call SET attempts = NULL WHERE id = {answered again}",
            "UPDATE call SET attempts = REPLACE(attempts, '\"ms\":', '\"ms\":1') WHERE id = {answered again}");

    /** Others that docs/trouble.md names as unnoticed. */
    static final List<String> MORE_UNSEEN = List.of(
            "UPDATE api_key SET hash = 'other' WHERE id = {key}",
            "UPDATE account SET created_at = created_at - 1 WHERE id = {account}",
            "UPDATE kept_answer SET hash = 'other' WHERE task_id = {call}",
            "UPDATE kept_answer SET body_hash = 'other' WHERE task_id = {call}",
            "UPDATE kept_answer SET created_at = created_at - 1 WHERE task_id = {call}",
            "UPDATE kept_response SET previous_id = 'other'",
            "UPDATE kept_response SET used_at = used_at - 1",
            "UPDATE kept_share SET bytes = bytes + 1",
            "UPDATE payment SET created_at = created_at - 1 WHERE id = {payment}",
            "UPDATE voucher SET code_hash = 'other' WHERE sequence = 1",
            "UPDATE voucher SET created_at = created_at - 1 WHERE sequence = 1",
            "UPDATE invoice SET buyer_name = 'other'",
            "UPDATE signing_key SET public_key = 'other'",
            "UPDATE payment_notice SET received_at = received_at + 1 WHERE fact = 'paid'");

    /** Alterations that docs/trouble.md names as unnoticed. */
    static final List<String> UNSEEN = List.of(
            "UPDATE entry SET reason = 'other' WHERE kind = 'adjustment' AND account_id = {account}",
            "UPDATE entry SET created_at = created_at - 1 WHERE kind = 'refund'",
            "UPDATE account SET name = 'other' WHERE id = {account}",
            "UPDATE account SET sandbox_micros = sandbox_micros + 1 WHERE id = {account}",
            "UPDATE voucher SET redeemed_at = redeemed_at - 1 WHERE sequence = 1",
            "UPDATE api_key SET disabled = 1 WHERE id = {key}",
            "UPDATE voucher SET amount_micros = 1 WHERE sequence = 2",
            "UPDATE payment SET session_id = 'other' WHERE id = {payment}",
            "UPDATE audit_log SET reason = 'other' WHERE sequence = 2",
            "DELETE FROM audit_log WHERE sequence = (SELECT MAX(sequence) FROM audit_log)");

    @TempDir
    static Path folder;

    private static final Map<Stores, SecretBox> SECRETS = new EnumMap<>(Stores.class);
    private static final Map<Stores, Books> BOOKS = new EnumMap<>(Stores.class);
    private static final Pattern ALTERED = Pattern.compile("(?:UPDATE|INSERT INTO|DELETE FROM) (\\w+)");

    /** @param connection alters without the rules of tables; the database only reads */
    private record Books(Connection connection, Database database) {}

    @BeforeAll
    static void make() throws IOException, SQLException {
        for (Stores stores : Stores.values()) {
            String url = stores == Stores.SQLITE ? "" : Postgres.migrated();
            try (StripeStandIn stripe = new StripeStandIn();
                    Gateway gateway = start(url, stripe)) {
                customers(gateway, stripe);
                gateway.assertBooksAreClosed();
                SECRETS.put(
                        stores,
                        SecretKeys.of(
                                gateway.environment().get("TOLLGATE_SECRET_KEY"),
                                gateway.data(),
                                null,
                                new SecureRandom()));
                if (stores == Stores.SQLITE) {
                    try (Database reading = Database.openReading(gateway.data())) {
                        reading.backupTo(folder.resolve("tollgate.db"));
                        reading.backupTo(folder.resolve("day-before.db"));
                    }
                }
            }
            BOOKS.put(stores, books(stores, url));
        }
    }

    private static Books books(Stores stores, String url) throws SQLException {
        boolean isFile = stores == Stores.SQLITE;
        Connection connection =
                DriverManager.getConnection(isFile ? "jdbc:sqlite:" + folder.resolve("tollgate.db") : url);
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    isFile ? "PRAGMA ignore_check_constraints = 1" : "SET session_replication_role = replica");
        }
        return new Books(connection, isFile ? Database.openReading(folder) : Database.openReading(url));
    }

    private static Gateway start(String url, StripeStandIn stripe) {
        Map<String, String> environment = Map.of(
                "TOLLGATE_STRIPE_SECRET_KEY",
                StripeStandIn.KEY,
                "TOLLGATE_STRIPE_WEBHOOK_SECRET",
                SECRET,
                "TOLLGATE_ADMIN_KEY",
                ADMIN_KEY);
        String[] settings = {"stripe.url", stripe.url(), "sign-up.credits", "0"};
        return url.isEmpty() ? Gateway.start(environment, settings) : Gateway.startOn(url, environment, settings);
    }

    private static void customers(Gateway gateway, StripeStandIn stripe) {
        post(gateway, "/models/gemini-2.5-pro/prices", "{\"input\":170,\"output\":1000,\"reason\":\"a test\"}");
        post(
                gateway,
                "/models/gemini-3.1-pro/prices",
                "{\"cached_input\":20,\"tiers\":{\"flex\":0.5},\"from\":\"2150-01-01T00:00:00Z\",\"reason\":\"a test\"}");
        gateway.script(UpstreamScript.answers()
                .whenAsked("fail")
                .status(500)
                .next()
                .whenAsked("one")
                .event(SEARCHED)
                .delay(5)
                .next()
                .whenAsked("again")
                .times(1)
                .status(503)
                .next()
                .whenAsked("")
                .text("Hello", new Tokens(700, 300, 20))
                .finish("STOP", new Tokens(700, 300, 20)));
        Customer customer = gateway.customer("10");
        customer.chat(SEARCHING.formatted("gemini-2.5-pro", "one"), "kept");
        customer.chat(CALL.formatted("google/gemini-2.5-pro", "two"));
        customer.chat(CALL.formatted("gemini-2.5-pro", "fail"));
        customer.chat(CALL.formatted("google/gemini-2.5-pro", "again"));
        assertThat(customer.chat(CALL.formatted("gemini-3.1-pro-preview", "three"))
                        .status())
                .isEqualTo(200);
        assertThat(gateway.post("/v1/responses", "{\"model\":\"gemini-2.5-pro\",\"input\":\"two\"}", customer.key())
                        .status())
                .isEqualTo(200);
        String call = gateway.text("SELECT MIN(id) FROM call WHERE charged_micros > 0");
        post(gateway, "/tasks/" + call + "/refunds", "{\"credits\":0.1,\"reason\":\"a test\"}");
        post(gateway, "/accounts/" + customer.account() + "/adjustments", "{\"credits\":1,\"reason\":\"a test\"}");
        JsonNode made = post(gateway, "/vouchers", "{\"count\":2,\"credits\":5,\"reason\":\"a test\"}");
        String code = made.get("codes").get(0).asString();
        assertThat(gateway.app()
                        .money()
                        .vouchers()
                        .redeem(Gateway.acting(customer), "here", code)
                        .isDone())
                .isTrue();
        post(gateway, "/vouchers", "{\"count\":1,\"credits\":5,\"reason\":\"a test\"}");
        Browser browser = new Browser(gateway.url()).signUp("payer@example.org", "a sentence nobody else has");
        Matcher id = FORM.matcher(browser.get(TOP_UP).body());
        assertThat(id.find()).isTrue();
        browser.submit(TOP_UP, TOP_UP, Map.of("id", id.group(1), "dollars", "10"));
        StripeStandIn.tell(gateway, StripeStandIn.paid("evt_1", stripe.last()));
        String account = gateway.text("SELECT account_id FROM payment");
        post(gateway, "/accounts/" + account + "/adjustments", "{\"credits\":-1900,\"reason\":\"a test\"}");
        StripeStandIn.tell(gateway, StripeStandIn.refunded("evt_2", stripe.last(), 500));
    }

    private static JsonNode post(Gateway gateway, String path, String body) {
        Gateway.Reply reply = gateway.post("/admin" + path, body, ADMIN_KEY);
        assertThat(reply.status()).as(reply.text()).isLessThan(300);
        return reply.json();
    }

    @AfterAll
    static void forget() throws SQLException {
        for (Books books : BOOKS.values()) {
            books.database.close();
            books.connection.close();
        }
        BOOKS.clear();
    }

    @Test
    void altered_rows_belong_to_a_searched_and_cached_call() throws SQLException {
        assertThat(found(
                        Stores.SQLITE,
                        "UPDATE usage_hour SET searches = 0, cached_tokens = 0 WHERE {first of usage_hour}"))
                .singleElement()
                .asString()
                .contains("400 cached_tokens too few", "2 searches too few");
    }

    /** The roll-ups show it only if the output took a millisecond or more. */
    @Test
    void the_missing_end_of_a_short_output_is_found() throws SQLException {
        assertThat(found(Stores.SQLITE, "UPDATE call SET done_us = NULL WHERE id = {call}"))
                .anySatisfy(line -> assertThat(line).contains("its output has a beginning and no end"));
    }

    /** The roll-ups show it only if the output took a millisecond or more. */
    @Test
    void an_output_that_ends_before_it_begins_is_found() throws SQLException {
        assertThat(found(Stores.SQLITE, "UPDATE call SET done_us = first_byte_us - 1 WHERE id = {call}"))
                .anySatisfy(line -> assertThat(line).contains("took a step before an earlier one"));
    }

    @ParameterizedTest
    @EnumSource
    void books_of_every_kind_add_up(Stores stores) throws SQLException {
        assertThat(found(stores, "UPDATE account SET name = name WHERE id = {account}"))
                .isEmpty();
    }

    static Stream<String> all() {
        return Stream.concat(OF_MONEY.stream(), OTHERS.stream());
    }

    @ParameterizedTest
    @MethodSource("all")
    void one_altered_row_is_found(String alteration) throws SQLException {
        assertThat(found(Stores.SQLITE, alteration)).isNotEmpty();
    }

    @ParameterizedTest
    @FieldSource("MORE")
    void one_altered_row_of_any_table_is_found(String alteration) throws SQLException {
        assertThat(found(Stores.SQLITE, alteration)).isNotEmpty();
    }

    @ParameterizedTest
    @FieldSource("OF_CALLS")
    void one_altered_column_of_a_call_is_found(String alteration) throws SQLException {
        assertThat(found(Stores.SQLITE, alteration)).isNotEmpty();
    }

    @ParameterizedTest
    @FieldSource("CALLS_UNSEEN")
    void columns_that_nothing_repeats_are_not_found(String alteration) throws SQLException {
        assertThat(found(Stores.SQLITE, alteration)).isEmpty();
    }

    @ParameterizedTest
    @FieldSource("MORE_UNSEEN")
    void more_that_no_other_row_repeats_is_not_found(String alteration) throws SQLException {
        assertThat(found(Stores.SQLITE, alteration)).isEmpty();
    }

    @ParameterizedTest
    @FieldSource("OF_MONEY")
    void one_altered_row_on_a_server_is_found(String alteration) throws SQLException {
        assertThat(found(Stores.POSTGRESQL, alteration)).isNotEmpty();
    }

    @ParameterizedTest
    @FieldSource("UNSEEN")
    void what_no_other_row_repeats_is_not_found(String alteration) throws SQLException {
        assertThat(found(Stores.SQLITE, alteration)).isEmpty();
    }

    static Stream<String> unseen() {
        return Stream.of(UNSEEN, CALLS_UNSEEN, MORE_UNSEEN).flatMap(List::stream);
    }

    /** C37: where rows are written once, the copy of the day before shows it. */
    @ParameterizedTest
    @MethodSource("unseen")
    void what_is_written_once_differs_from_the_day_before(String alteration) throws SQLException {
        Matcher table = ALTERED.matcher(alteration);
        assertThat(table.lookingAt()).isTrue();
        boolean isOnce = TableRule.all().stream()
                .anyMatch(rule ->
                        rule.table().equals(table.group(1)) && !rule.once().isEmpty());
        List<String> found = new ArrayList<>();
        altered(
                Stores.SQLITE,
                alteration,
                () -> CopyComparison.run(
                        folder.resolve("tollgate.db"), folder.resolve("day-before.db"), found::add, Pace.NONE));
        if (isOnce) {
            assertThat(found).singleElement().asString().contains("of the table " + table.group(1));
        } else {
            assertThat(found).isEmpty();
        }
    }

    @Test
    void more_than_twenty_of_them_are_found() {
        List<String> once = TableRule.all().stream()
                .filter(rule -> !rule.once().isEmpty())
                .map(TableRule::table)
                .toList();
        assertThat(unseen().filter(it -> once.contains(it.split(" ")[it.startsWith("UPDATE") ? 1 : 2])))
                .hasSizeGreaterThan(20);
    }

    private static List<String> found(Stores stores, String alteration) throws SQLException {
        List<String> found = new ArrayList<>();
        altered(stores, alteration, () -> new Audit(BOOKS.get(stores).database, SECRETS.get(stores))
                .run(found::add, found::add, (subject, rows) -> {}));
        return found;
    }

    /** Alters the one copy of the books, checks it, and puts the rows of the altered tables back. */
    private static void altered(Stores stores, String alteration, Runnable check) throws SQLException {
        Books books = BOOKS.get(stores);
        Set<String> tables = new LinkedHashSet<>();
        Matcher altered = ALTERED.matcher(alteration);
        assertThat(altered.lookingAt()).as(alteration).isTrue();
        tables.add(altered.group(1));
        try (Statement statement = books.connection.createStatement()) {
            if (alteration.contains("usage_day")) {
                tables.addAll(List.of("usage_day", "usage_fold"));
            }
            for (String table : tables) {
                statement.execute("CREATE TEMPORARY TABLE was_" + table + " AS SELECT * FROM " + table);
            }
            try {
                if (tables.contains("usage_fold")) {
                    fold(statement);
                }
                assertThat(statement.executeUpdate(named(alteration))).isOne();
                check.run();
            } finally {
                for (String table : tables) {
                    statement.execute("DELETE FROM " + table);
                    statement.execute("INSERT INTO " + table + " SELECT * FROM was_" + table);
                    statement.execute("DROP TABLE was_" + table);
                }
            }
        }
    }

    private static void fold(Statement statement) throws SQLException {
        String sums = String.join(", ", UsageSql.SUMS);
        statement.executeUpdate("INSERT INTO usage_day (account_id, starts_at, key_id, model, " + sums
                + ") SELECT account_id, starts_at - starts_at % 86400000, key_id, model, "
                + UsageSql.added(UsageSql.SUMS)
                + " FROM usage_quarter GROUP BY account_id, starts_at - starts_at % 86400000, key_id, model");
        statement.executeUpdate(
                "INSERT INTO usage_fold (id, folded_until, folding_until, account_after) VALUES (1, 99999999999999, 99999999999999, '')");
    }

    private static String named(String alteration) {
        String call = "(SELECT MIN(id) FROM call WHERE charged_micros > 0)";
        return alteration
                .replace("{account}", "(SELECT account_id FROM call WHERE id = " + call + ")")
                .replace("{key}", "(SELECT key_id FROM call WHERE id = " + call + ")")
                .replace("{call}", call)
                .replace("{payer}", "(SELECT account_id FROM payment)")
                .replace(
                        "{unused price}",
                        "(SELECT MIN(version) FROM price WHERE kind = 'file' AND version NOT IN (SELECT price FROM call WHERE price IS NOT NULL))")
                .replace("{price}", "'google/gemini-2.5-pro@2026-11'")
                .replace("{cost}", "(SELECT MIN(cost_price) FROM call WHERE price = 'google/gemini-2.5-pro@2026-11')")
                .replace(
                        "{answered again}",
                        "(SELECT MIN(id) FROM call WHERE attempts IS NOT NULL AND price IS NOT NULL)")
                .replace(
                        "{used tariff}",
                        "version = (SELECT MIN(version) FROM price WHERE kind = 'file' AND model_id = 'gemini-3.1-pro-preview')")
                .replace("{bytes}", "X'010203'")
                .replace("{failed call}", "(SELECT MIN(id) FROM call WHERE ending = 'failed')")
                .replace("{payment}", "(SELECT MIN(id) FROM payment)")
                .replaceAll(
                        "\\{first of (usage_quarter|usage_day)\\}",
                        "calls > 0 AND model = (SELECT MIN(model) FROM $1 WHERE calls > 0)")
                .replace(
                        "{first of usage_hour}",
                        "charged_micros > 0 AND model = (SELECT MIN(model) FROM usage_hour WHERE charged_micros > 0)");
    }
}
