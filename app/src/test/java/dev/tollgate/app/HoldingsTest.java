package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.customers.departure.Holdings;
import dev.tollgate.serving.CallStores;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.holdings.RowErasure;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each new table or column must be exported or left out, and erased or kept, by decision. */
class HoldingsTest {

    /** Nothing of an account is in these, or only sums of many. */
    private static final Set<String> OF_NOBODY = Set.of(
            "answered_by",
            "allowance",
            "announcement",
            "commit_mark",
            "installation",
            "installation_kind",
            "node",
            "plan_version",
            "price",
            "price_group",
            "primary_server",
            "setting",
            "signing_key",
            "usage_fold",
            "usage_hour",
            "started_before",
            "tollgate_schema");

    /** Sums of exported columns. */
    private static final Set<String> SUMS = Set.of("answer_share", "grant_month", "kept_share", "signature_share");

    /** Secrets, hashes and what is sealed; where the operator buys; ids that say what the file's name says. */
    private static final Map<String, String> LEFT_OUT = Map.ofEntries(
            Map.entry("account_log", "account_id address"),
            Map.entry(
                    "account",
                    "budgets_version time_zone_at labels_from log_number receipts receipt_hash free_day free_ends"
                            + " granted_micros last_grant"),
            Map.entry("account_rates", "account_id"),
            Map.entry("account_terms", "sequence account_id"),
            Map.entry("api_key", "account_id hash old_hash number origin_id marked"),
            Map.entry("audit_log", "sequence actor address subject before_json after_json"),
            Map.entry("billing_contact", "account_id"),
            Map.entry("budget", "account_id"),
            Map.entry("budget_window", "account_id"),
            Map.entry(
                    "call",
                    "account_id channel upstream_model attempts cost_micros cost_price flags " + inTexts()
                            + " receipts receipt_key receipt_hash"),
            Map.entry("credit_grant", "account_id used lapses entry_number first_expires_at"),
            Map.entry("dismissed", "person_id"),
            Map.entry("entry", "account_id"),
            Map.entry("kept_answer", "account_id name_hash body_hash hash sealed_copy"),
            Map.entry(
                    "job",
                    "account_id origin_id pause paused_at due_at node_id name_hash body_hash deadline cancel_at gone_at sealed_bytes"),
            Map.entry("batch", "job_id lost results_ms results_until output_bytes error_bytes"),
            Map.entry("job_line", "job_id line state call_id tries sealed place due_at status"),
            Map.entry("kept_response", "account_id place plain_bytes sealed origin_id"),
            Map.entry("file_piece", "file_id place sealed"),
            Map.entry("stored_file", "account_id origin_id about"),
            Map.entry("member_notice", "account_id number"),
            Map.entry("open_hold", "account_id node_id labels on_less free_ends grant_model after_expiry"),
            Map.entry("outgoing_mail", "id account_id body"),
            Map.entry("payment", "account_id url"),
            Map.entry("person", "password_hash totp_step"),
            Map.entry("label", "account_id proof"),
            Map.entry("member", "person_id"),
            Map.entry("person_link", "hash person_id account_id"),
            Map.entry("recovery_code", "person_id hash"),
            Map.entry("refusal", "account_id"),
            Map.entry("person_identity", "person_id"),
            Map.entry("session", "hash person_id"),
            Map.entry("plan_return", "account_id step"),
            Map.entry("plan_step", "account_id request_id"),
            Map.entry("subscription", "account_id"),
            Map.entry("team", "account_id"),
            Map.entry("thought_signature", "account_id print place channel is_first upstream_id signature"),
            Map.entry("told", "owner subject"),
            Map.entry("usage_day", "account_id cost_micros costed by_request charged_by_request " + firsts()),
            Map.entry("usage_label", "account_id"),
            Map.entry("usage_quarter", "account_id cost_micros costed by_request charged_by_request " + firsts()),
            Map.entry("webhook", "account_id url secret old_secret"),
            Map.entry("webhook_delivery", "id account_id data due_at"),
            Map.entry("voucher", "code_hash note account_id revoked_at"));

    /** What stays when an account is deleted: money, and what proves it; and what goes by itself when its time is over. */
    private static final Set<String> STAYS = Set.of(
            "account_rates",
            "account_terms",
            "answer_share",
            "audit_log",
            "budget",
            "budget_window",
            "call",
            "credit_grant",
            "entry",
            "grant_month",
            "invoice",
            "kept_answer",
            "open_hold",
            "payment_notice",
            "plan_return",
            "plan_step",
            "signature_share",
            "spend_window",
            "subscription",
            "thought_signature",
            "usage_day",
            "usage_label",
            "usage_quarter",
            "voucher");

    /** The columns of a call whose values are in its usage flags, usage, pricing and course; its receipt has its own. */
    private static String inTexts() {
        return "reserved_us asked_us first_byte_us done_us settled_us cache_expected_tokens cache_idle_seconds saved_micros missed_micros"
                + " usage_form request_id upstream_id filter ignored cache_session cache_reason cache_place stopped_by";
    }

    private static String firsts() {
        return "first_0 first_1 first_2 first_3 first_4 first_5 first_6 first_7 first_8 first_9";
    }

    @TempDir
    Path folder;

    private Set<String> columns() {
        try (Database database = dev.tollgate.testing.Stores.SQLITE.openBare(folder)) {
            List<String> columns = database.read(sql -> sql.list("""
                    SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c
                    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'""", row -> row.getString(1)));
            return new TreeSet<>(columns);
        }
    }

    @Test
    void every_column_is_exported_or_left_out_on_purpose() {
        Set<String> thought = new TreeSet<>();
        for (ExportFile file : Holdings.with(CallStores.holdings()).files()) {
            Map<String, String> tables = Pattern.compile("([a-z_]+) ([a-z])(?=\\s|$)")
                    .matcher(file.from())
                    .results()
                    .collect(Collectors.toMap(it -> it.group(2), it -> it.group(1), (first, _) -> first));
            file.columns().forEach(column -> {
                String[] parts = column.sql().split("\\.");
                thought.add(tables.get(parts[0]) + "." + parts[1]);
            });
        }
        LEFT_OUT.forEach((table, names) -> Arrays.stream(names.split(" "))
                .forEach(name -> assertThat(thought.add(table + "." + name))
                        .as("%s.%s is told and left out", table, name)
                        .isTrue()));
        Set<String> columns = columns();
        columns.removeIf(column -> OF_NOBODY.contains(table(column)) || SUMS.contains(table(column)));
        assertThat(columns).isEqualTo(thought);
    }

    @Test
    void every_table_is_erased_or_kept_on_purpose() {
        Set<String> thought = new TreeSet<>(STAYS);
        thought.addAll(OF_NOBODY);
        thought.add("file_piece"); // goes with its file, which the store's sweep deletes
        thought.add("job_line"); // goes with its job
        thought.add("member"); // stays and says when the person left
        for (Holding holding : Holdings.with(CallStores.holdings()).all()) {
            for (RowErasure erasure : holding.erasures()) {
                MatchResult table = Pattern.compile("^(?:DELETE FROM|UPDATE) (\\w+)")
                        .matcher(erasure.sql())
                        .results()
                        .findFirst()
                        .orElseThrow();
                thought.add(table.group(1));
            }
        }
        assertThat(columns().stream().map(HoldingsTest::table).collect(Collectors.toSet()))
                .isSubsetOf(thought);
    }

    private static String table(String column) {
        return column.substring(0, column.indexOf('.'));
    }
}
