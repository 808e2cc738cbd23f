package dev.tollgate.pages.dashboard;

import com.microsoft.playwright.Page;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.browser.Scheme;
import dev.tollgate.browser.Visit;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.MailBox;
import dev.tollgate.testing.Totp;
import dev.tollgate.testing.UpstreamScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Writes the pictures of docs/pictures, which the README shows, from twelve accounts and forty days of calls: {@code main} once more after the pages
 * have changed. No test. The upstream is another server's sandbox, which answers what the script says; prices are above its costs.
 */
final class Pictures {

    private static final int WIDTH = 1280;
    private static final int DAYS = 40;
    private static final Path FOLDER = Path.of("docs", "pictures");
    private static final String OPERATOR = "the operator of the pictures";
    private static final String PASSWORD = "the password of this person";
    private static final Instant NOW = Instant.parse("2026-09-18T14:00:09Z");
    private static final List<String> NAMES = List.of(
            "Harbour Books",
            "Lindqvist Legal",
            "Mirador Travel",
            "Pine & Partner",
            "Atelier Nord",
            "Quay Logistics",
            "Sunfield Schools",
            "Brightwater Clinic",
            "Ostrava Robotics",
            "Fable Games",
            "Tessera Maps");
    private static final List<String> MODELS = List.of("gemini-3.1-pro", "gemini-2.5-pro", "gemini-3-pro");

    private static final String QUESTION = "Explain toll bridges in three sentences, then list two famous ones.";
    private static final String ANSWER = """
            A toll bridge charges a fee for each crossing. The money pays back the loan that built the bridge, and later its repair. \
            Many bridges end the toll once the debt is paid.

            - **Golden Gate Bridge**, San Francisco: opened in 1937, tolls in one direction
            - **Øresund Bridge**, between Denmark and Sweden: opened in 2000, a road above a railway
            """;

    private final Random random = new Random(11);
    private final MailBox box;
    private final Gateway far;
    private final Gateway gateway;

    private Pictures(MailBox box, Gateway far, Gateway gateway) {
        this.box = box;
        this.far = far;
        this.gateway = gateway;
    }

    public static void main(String[] arguments) throws IOException {
        Path models = Files.createTempFile("pictures", ".yaml");
        Files.writeString(models, prices(Files.readString(Path.of("ledger/src/main/resources/models.yaml"))));
        try (MailBox box = new MailBox();
                Gateway far = Gateway.start();
                Gateway gateway = Gateway.start(
                        Map.of("TOLLGATE_OPERATOR_PASSWORD", OPERATOR),
                        box.settings(
                                "sign-up.open", "true",
                                "models.file", models.toString(),
                                "gemini.base-url", far.sandbox().baseUrl(),
                                "gemini.api-key", far.sandbox().key()))) {
            new Pictures(box, far, gateway).write();
        }
        System.exit(0); // Playwright has threads that stay
    }

    /** The built-in catalogue a quarter above the provider's prices, thoughts billed. */
    private static String prices(String yaml) {
        return yaml.replace("@2026-11\n", "@2026-09\n")
                .replace("reasoning: free", "reasoning: billed")
                .replace("input: 57\n", "input: 325\n")
                .replace("output: 450\n", "output: 2600\n")
                .replace("input: 160\n", "input: 520\n")
                .replace("output: 960\n", "output: 3120\n")
                .replace("input: 262.5\n", "input: 325\n")
                .replace("output: 2100\n", "output: 2600\n");
    }

    private void write() {
        gateway.setNow(NOW.minus(Duration.ofDays(DAYS)));
        Browser operator = new Browser(gateway.url());
        operator.signIn("operator", OPERATOR);
        Browser customer = new Browser(gateway.url());
        gateway.commands().invite("mia@northwind.example", null, "a customer");
        String path = box.link("mia@northwind.example", 1);
        customer.submit(path, path, Map.of("password", PASSWORD, "name", "Northwind Support", "zone", "Europe/Berlin"));
        String account = gateway.text("SELECT account_id FROM person WHERE email = 'mia@northwind.example'");
        gateway.commands().grant(account, 50_000_000_000L, "invoice 17");
        List<Customer> keys = new ArrayList<>();
        for (String name : List.of("helpdesk bot", "nightly summaries", "invoice reader")) {
            keys.add(key(account, name));
        }
        List<Customer> others = new ArrayList<>();
        for (String name : NAMES) {
            Account made = gateway.commands().createAccount(name, 9_000_000_000L);
            others.add(key(made.id(), "production"));
        }
        for (int day = DAYS - 1; day >= 0; day--) {
            day(NOW.minus(Duration.ofDays(day)), keys, others);
        }
        gateway.setNow(NOW);
        UpstreamScript.Tokens last = new UpstreamScript.Tokens(1_840, 620, 310);
        far.script(UpstreamScript.answers()
                .delay(640)
                .text("Well.", last)
                .delay(900)
                .finish("STOP", last));
        keys.getFirst().chat(body("gemini-3.1-pro"));
        String call = keys.getFirst().lastTask().get("id").asString();
        customer.signIn("mia@northwind.example", PASSWORD);
        operator.signIn("operator", OPERATOR);
        goLive(operator);
        far.script(UpstreamScript.answers()
                .delay(450)
                .text(ANSWER)
                .delay(300)
                .finish("STOP", new UpstreamScript.Tokens(14, 96, 120)));
        for (Scheme scheme : Scheme.values()) {
            try (Visit visit = Visit.at(gateway.url(), WIDTH, scheme).with(customer.cookies())) {
                shoot(visit, "/dashboard", "overview", scheme);
                shoot(visit, "/dashboard/requests/" + call + "?verify=1", "request", scheme);
                talk(visit, scheme);
            }
            try (Visit visit = Visit.at(gateway.url(), WIDTH, scheme).with(operator.cookies())) {
                shoot(visit, "/console", "console", scheme);
            }
        }
    }

    /** What the console wants to be done before strangers come. */
    private void goLive(Browser operator) {
        gateway.commands().testMail("operator@tollgate.example");
        box.to("operator@tollgate.example", 1);
        String demo = "/console/accounts/acc_demo";
        operator.submit(demo, demo, Map.of("deed", "account.block?blocked=true", "reason", "it is known to testers"));
        operator.submit(
                "/console/vouchers",
                "/console/vouchers",
                Map.of("deed", "voucher.create", "count", "10", "credits", "500", "reason", "for the autumn fair"));
        String factor = "/dashboard/settings/security/second-factor";
        String page = operator.get(factor).body();
        String secret =
                page.replaceFirst("(?s).*id=\"secret\">([^<]+)<.*", "$1").replace(" ", "");
        String sealed = page.replaceFirst("(?s).*name=\"sealed\" value=\"([^\"]+)\".*", "$1");
        operator.submit(factor, factor, Map.of("deed", "on", "sealed", sealed, "code", Totp.code(secret, NOW)));
    }

    private Customer key(String account, String name) {
        KeyResult.Made made = gateway.commands().createKey(account, KeySettings.named(name));
        return new Customer(gateway, account, made.key().id(), made.secret());
    }

    /** More calls on working days, and more as the weeks go by; one in thirty fails. */
    private void day(Instant end, List<Customer> keys, List<Customer> others) {
        boolean isWeekend = end.atZone(ZoneOffset.UTC).getDayOfWeek().getValue() > 5;
        int weeks = (int) Duration.between(end, NOW).toDays() / 7;
        int calls = (isWeekend ? 4 : 9) + random.nextInt(4) - Math.min(3, weeks / 2);
        Instant at = end.minus(Duration.ofHours(7));
        for (int i = 0; i < calls; i++) {
            at = at.plusSeconds(300 + random.nextInt(1_800));
            gateway.setNow(at.isBefore(end) ? at : end.minusSeconds(calls - i));
            Customer key = keys.get(i % 4 == 3 ? 2 : i % 3 == 1 ? 1 : 0);
            String model = MODELS.get(random.nextInt(10) < 6 ? 0 : random.nextInt(10) < 7 ? 1 : 2);
            if (random.nextInt(30) == 0) {
                far.script("- respond: [{status: 503}]");
                key.chat(body(model));
            } else {
                ask(key, model, 600 + random.nextInt(2_400), 200 + random.nextInt(900), 100 + random.nextInt(500));
            }
            Customer other = others.get(random.nextInt(random.nextInt(others.size()) + 1));
            ask(other, model, 300 + random.nextInt(2_000), 150 + random.nextInt(600), 80 + random.nextInt(300));
        }
    }

    private void ask(Customer caller, String model, long prompt, long candidates, long thoughts) {
        UpstreamScript.Tokens tokens = new UpstreamScript.Tokens(prompt, candidates, thoughts);
        far.script(UpstreamScript.answers().text("Well.", tokens).finish("STOP", tokens));
        Gateway.Reply reply = caller.chat(body(model));
        if (reply.status() != 200) {
            throw new AssertionError(reply.text());
        }
    }

    /** The prompt is long enough for the usage that the script reports. */
    private static String body(String model) {
        return "{\"model\":\"" + model + "\",\"max_tokens\":6000,\"messages\":[{\"role\":\"user\",\"content\":\""
                + "Hello. ".repeat(600) + "\"}]}";
    }

    private static void shoot(Visit visit, String path, String name, Scheme scheme) {
        visit.open(path);
        visit.weight();
        write(visit, name, scheme);
    }

    private static void talk(Visit visit, Scheme scheme) {
        visit.open("/playground?model=gemini-3.1-pro");
        Page page = visit.page();
        page.fill("#message", QUESTION);
        page.press("#message", "Control+Enter");
        page.waitForSelector(".turn.assistant b:has-text('credits')");
        visit.weight();
        write(visit, "playground", scheme);
    }

    private static void write(Visit visit, String name, Scheme scheme) {
        visit.page().screenshot(new Page.ScreenshotOptions().setPath(FOLDER.resolve(name + "-" + scheme + ".png")));
    }
}
