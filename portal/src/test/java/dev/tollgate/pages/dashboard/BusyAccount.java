package dev.tollgate.pages.dashboard;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.AccountsServer;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.UpstreamScript;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

/** Somebody with an account that has made calls: a person signed in, and keys. */
final class BusyAccount {

    static final String PASSWORD = "the password of this person";

    /** At noon of a Saturday. */
    static final Instant NOW = Instant.parse("2026-11-21T12:00:09Z");

    private static final AtomicInteger PEOPLE = new AtomicInteger();

    final Browser browser;
    final Customer customer;
    final Customer other;
    private final AccountsServer server;
    private final String email;

    private BusyAccount(AccountsServer server, String email, Browser browser, Customer customer, Customer other) {
        this.server = server;
        this.email = email;
        this.browser = browser;
        this.customer = customer;
        this.other = other;
    }

    /** With its starting credits, a key called {@code laptop} and another one, and no calls. */
    static BusyAccount in(AccountsServer server, String otherName) {
        String email = "person" + PEOPLE.incrementAndGet() + "@example.org";
        Browser browser = new Browser(server.url()).signUp(email, PASSWORD);
        String account = server.text("SELECT account_id FROM person WHERE email = '" + email + "'");
        return new BusyAccount(server, email, browser, key(server, account, "laptop"), key(server, account, otherName));
    }

    private static Customer key(AccountsServer server, String account, String name) {
        try {
            KeyResult.Made made = server.commands().createKey(account, KeySettings.named(name));
            return new Customer(server, account, made.key().id(), made.secret());
        } catch (ApiException e) {
            throw new AssertionError(e);
        }
    }

    /** Some weeks of calls up to {@link #NOW}; two fail, one is of the other key. */
    void live() {
        String[] models = {"gemini-3.1-pro", "gemini-2.5-pro", "google/gemini-2.5-pro"};
        for (int day = 28; day >= 0; day -= 2) {
            server.setNow(NOW.minus(Duration.ofDays(day)).minusSeconds(day));
            String model = models[day / 2 % 3];
            ask(day % 6 == 0 ? other : customer, model, 900 + 80L * day, 700 + 90L * (day % 9), 300);
            ask(customer, models[(day / 2 + 1) % 3], 194, 229 + 10L * day, 457);
        }
        server.setNow(NOW.minusSeconds(2)); // calls of one instant have no order
        fail();
        server.setNow(NOW.minusSeconds(1));
        ask(customer, "google/gemini-2.5-pro", 9, 2_130, 0);
        server.setNow(NOW);
        ask(customer, "gemini-3.1-pro", 194, 229, 457);
        customer.lastTask();
        browser.signIn(email, PASSWORD);
    }

    /** @return the id of the call */
    String ask(Customer caller, String model, long prompt, long candidates, long thoughts) {
        server.script(UpstreamScript.answers()
                .text("Well.", new UpstreamScript.Tokens(prompt, candidates, thoughts))
                .finish("STOP", new UpstreamScript.Tokens(prompt, candidates, thoughts)));
        AccountsServer.Reply reply = caller.chat(body(model));
        if (reply.status() != 200) {
            throw new AssertionError(reply.text());
        }
        return reply.header("x-tollgate-task-id");
    }

    /** A call of 900 prompt tokens, 700 of them cached, with two searches. */
    void search(Customer caller) {
        server.script(UpstreamScript.answers().event("""
                {"candidates":[{"content":{"role":"model","parts":[{"text":"Found."}]},"finishReason":"STOP",
                  "groundingMetadata":{"webSearchQueries":["one","two"]}}],
                 "usageMetadata":{"promptTokenCount":900,"cachedContentTokenCount":700,"candidatesTokenCount":40,
                  "totalTokenCount":940}}"""));
        AccountsServer.Reply reply = caller.chat(body("gemini-2.5-pro")
                .replace("}]}", "}],\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"googleSearch\"}}]}"));
        if (reply.status() != 200) {
            throw new AssertionError(reply.text());
        }
    }

    void fail() {
        server.script("- respond: [{status: 503}]");
        customer.chat(body("gemini-2.5-pro"));
    }

    /** The prompt is so long that it may have come to what is said of it. */
    private static String body(String model) {
        return "{\"model\":\"" + model + "\",\"max_tokens\":6000,\"messages\":[{\"role\":\"user\",\"content\":\""
                + "Hello. ".repeat(600) + "\"}]}";
    }

    String lastCall() {
        return customer.lastTask().get("id").stringValue();
    }
}
