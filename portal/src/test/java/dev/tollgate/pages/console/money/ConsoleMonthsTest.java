package dev.tollgate.pages.console.money;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.books.rollups.Rollups.CountCall;
import dev.tollgate.customers.months.MonthLine;
import dev.tollgate.customers.payments.Party;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.PaymentNotice;
import dev.tollgate.customers.payments.PaymentNotice.Fact;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.PortalServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The months of the books and the payments, as an operator sees them and takes them home. */
class ConsoleMonthsTest {

    private static final String PASSWORD = "a long enough operator";
    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String OCTOBER = "/console/books/months/2026-10";

    @TempDir
    static Path folder;

    private static PortalServer server;
    private static Browser operator;

    @BeforeAll
    static void start() {
        try (CustomersFixture store = new CustomersFixture(folder)) {
            store.setNow(Instant.parse("2026-10-07T09:00:00Z"));
            Payments payments = new Payments(
                    store.database,
                    store.writer,
                    () -> new Party("Seller", "Street 1", "DE1"),
                    true,
                    store.purchases(),
                    store::now);
            store.account("acc_1", 0);
            Acting by = new Acting("acc_1", "per_1", "192.0.2.1", null);
            payments.setContact(by, new Party("Ann", "Road 2", "FR42"));
            payments.begin(by, Payment.Channel.STRIPE, "one", 25).orThrow();
            payments.opened("one", "session_one", "https://pay.example.org/one");
            payments.notices().take(notice(store.now(), Fact.PAID, null, 2_975, 475), "192.0.2.9");
            payments.notices().take(notice(store.now(), Fact.REFUNDED, "ch_one", 1_190, 0), "192.0.2.9");
            payments.begin(by, Payment.Channel.STRIPE, "two", 10).orThrow();
            store.reserve("task-1", "acc_1", 9_000_000, 9_000_000);
            Settle settle = Ended.settle("task-1", 7_000_000, 2_000_000, store.now());
            store.commit(settle, new CountCall(settle));
            store.commit(new Grant("acc_1", 1, "=1+1", store.now()));
        }
        server = PortalServer.start(
                () -> Instant.parse("2026-11-05T10:00:00Z"),
                Map.of("TOLLGATE_SECRET_KEY", PortalServer.SECRET_KEY, "TOLLGATE_ADMIN_KEY", ADMIN_KEY),
                "data",
                folder.toString(),
                "operator.password",
                PASSWORD);
        operator = new Browser(server.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
    }

    private static PaymentNotice notice(Instant now, Fact fact, String object, long cents, long tax) {
        return new PaymentNotice(
                "evt_" + fact,
                "test",
                fact,
                now,
                Payment.Channel.STRIPE,
                "one",
                "session_one",
                "intent_one",
                object,
                cents,
                tax,
                null);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String body(String path) {
        Browser.Page page = operator.get(path);
        assertThat(page.status()).as(path).isEqualTo(200);
        return page.body();
    }

    @Test
    void books_lead_to_months_and_each_sum_to_its_rows() {
        assertThat(body("/console/books")).contains("href=\"/console/books/months\"");
        assertThat(body("/console/books/months")).contains("href=\"" + OCTOBER + "\"", "October 2026", "not over");
        String month = body(OCTOBER);
        for (MonthLine line : MonthLine.values()) {
            assertThat(month).contains(OCTOBER + "/" + line.code(), line.word().english());
        }
        assertThat(month)
                .contains(
                        "$25.00",
                        "$4.75",
                        "$29.75",
                        "\u2212$10.00",
                        "\u2212$1.90",
                        "<span class=\"badge ok\">final</span>")
                .contains("title=\"2,993.000001 credits\"")
                .contains(
                        "Used by calls, by what paid</h2>",
                        OCTOBER + "/paid_by_general\">Calls paid by general credits</a>");
        assertThat(body(OCTOBER + "/paid_by_general")).contains("title=\"\u22127.000000 credits\"");
    }

    @ParameterizedTest
    @EnumSource
    void the_rows_of_each_line_can_be_seen_and_saved(MonthLine line) {
        assertThat(body(OCTOBER + "/" + line.code())).contains("<h1>" + line.word() + "</h1>");
        assertThat(body(OCTOBER + "/" + line.code() + "/rows.csv").split("\r\n")[0])
                .startsWith("\ufeff")
                .contains("Credits");
    }

    @Test
    void an_invoice_stands_with_its_tax_and_its_country() {
        assertThat(body(OCTOBER + "/payments"))
                .contains("href=\"/console/payments/one/invoice\">2026-00001</a>", "FR · FR42 · stripe");
        assertThat(body(OCTOBER + "/payments/rows.csv"))
                .contains(",2026-00001,2026-10-07,FR,FR42,25.00,4.75,29.75,stripe\r\n");
        assertThat(body(OCTOBER + "/taken_back/rows.csv"))
                .contains(",2026-00001,2026-10-07,FR,FR42,-10.00,-1.90,-11.90,stripe\r\n");
        assertThat(body("/console/payments/one/invoice")).contains("Invoice 2026-00001", "<div>Ann</div>");
        assertThat(operator.get("/console/payments/two/invoice").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-13", "2026-12", "October", "2026-1", "9999-01"})
    void no_month_and_a_month_ahead_are_a_400(String month) {
        for (String path : new String[] {"", "/used", "/month.zip", "/used/rows.csv"}) {
            assertThat(operator.get("/console/books/months/" + month + path).status())
                    .as(path)
                    .isEqualTo(400);
        }
        assertThat(operator.get("/console/payments?month=" + month).status()).isEqualTo(400);
        assertThat(operator.get("/console/payments.csv?month=" + month).status())
                .isEqualTo(400);
        assertThat(server.get("/admin/months/" + month, ADMIN_KEY).status()).isEqualTo(400);
    }

    @Test
    void a_line_that_does_not_exist_is_a_404() {
        assertThat(operator.get(OCTOBER + "/profit").status()).isEqualTo(404);
    }

    @Test
    void the_api_has_the_same_sums() {
        JsonNode month = server.get("/admin/months/2026-10", ADMIN_KEY).json();
        assertThat(month.path("owed").decimalValue()).isEqualByComparingTo("2993.000001");
        assertThat(month.path("lines").get(0).path("gross_cents").asLong()).isEqualTo(2_975);
        assertThat(server.get("/admin/months", ADMIN_KEY).json().path("data").get(1))
                .isEqualTo(month);
    }

    @Test
    void the_zip_has_every_line_and_the_page_of_each_invoice() throws IOException, InterruptedException {
        Map<String, String> files = new LinkedHashMap<>();
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.url() + OCTOBER + "/month.zip"))
                .header("cookie", operator.cookies())
                .build();
        try (HttpClient client = HttpClient.newHttpClient();
                ZipInputStream zip = new ZipInputStream(client.send(request, HttpResponse.BodyHandlers.ofInputStream())
                        .body())) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        assertThat(files.keySet())
                .containsExactlyElementsOf(Stream.of(
                                Stream.of("readme.txt", "month.csv"),
                                Arrays.stream(MonthLine.values()).map(line -> line.code() + ".csv"),
                                Stream.of("invoices/2026-00001.html"))
                        .flatMap(it -> it)
                        .toList());
        assertThat(files.get("month.csv"))
                .contains("\r\nBought with payments,1,5000,25.00,0,25.00,4.75,29.75\r\n")
                .contains("\r\nRefunds and disputes of payments,1,-2000,-10.00,0,-10.00,-1.90,-11.90\r\n")
                .contains("\r\nCalls paid by general credits,,-7,-0.035,0,,,\r\n")
                .endsWith("\r\nOwed\\, without sandbox credits,,2993.000001,14.965000005,0,,,\r\n".replace("\\,", ","));
        assertThat(files.get("grants.csv")).as("no formula").contains(",'=1+1,");
        assertThat(files.get("invoices/2026-00001.html"))
                .startsWith("<!doctype html>")
                .contains("Invoice 2026-00001", "<div>Ann</div>", "Refunded to the card", "<style>")
                .doesNotContain("<script", "href=", "src=");
    }

    @ParameterizedTest
    @CsvSource({
        "'', one two",
        "month=2026-10, one two",
        "month=2026-09, ''",
        "state=paid, one",
        "state=reversed, one",
        "state=open, two",
        "state=failed, ''",
        "text=two, two",
        "text=intent_one, one",
        "text=2026-00001, one",
        "text=acc_1, one two",
        "text=Te, one two",
        "text=nobody, ''",
        "month=2026-10&state=open&text=Test, two"
    })
    void payments_are_chosen_by_month_state_and_text(String query, String ids) {
        String page = body("/console/payments?" + query);
        String file = body("/console/payments.csv?" + query);
        for (String id : new String[] {"one", "two"}) {
            boolean isChosen = ids.contains(id);
            assertThat(page.contains("<code>" + id + "</code>"))
                    .as("%s on the page", id)
                    .isEqualTo(isChosen);
            assertThat(file.contains("," + id + ",")).as("%s in the file", id).isEqualTo(isChosen);
        }
    }
}
