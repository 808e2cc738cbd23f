package dev.tollgate.stress;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.fields.Body;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.PlanActions;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.stripe.StripeCheckout;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.PortalServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The portal in a process of its own, so that it can be killed, with a clock that its trial moves and a door for what customers do on pages. It ends when the process that
 * started it has ended, for any reason.
 */
public final class MovedServer {

    /** Before the two ports, that of the server and that of the door. */
    static final String PORTS = "ports ";

    private final PortalServer server;
    private final AtomicReference<Instant> now;
    private final StripeCheckout checkout;
    private final PlanActions.Stores plans;

    private MovedServer(PortalServer server, AtomicReference<Instant> now) {
        this.server = server;
        this.now = now;
        this.checkout = Objects.requireNonNull(server.money().checkout());
        this.plans = new PlanActions.Stores(
                server.books().stores().plans(),
                server.books().planSweep(),
                server.money().payments(),
                checkout::channel,
                server.books().writer(),
                now::get);
    }

    /** @param args the data folder, the time in milliseconds, then names and values of its environment and, with a dot in the name, of its settings */
    public static void main(String[] args) throws IOException {
        Thread.ofPlatform().daemon().start(MovedServer::awaitEndOfStarter);
        Map<String, String> environment = new HashMap<>();
        List<String> settings = new ArrayList<>(List.of("data", args[0], "sign-up.credits", "0"));
        for (int i = 2; i < args.length; i += 2) {
            if (args[i].contains(".")) {
                settings.addAll(List.of(args[i], args[i + 1]));
            } else {
                environment.put(args[i], args[i + 1]);
            }
        }
        AtomicReference<Instant> now = new AtomicReference<>(Instant.ofEpochMilli(Long.parseLong(args[1])));
        PortalServer server = PortalServer.start(now::get, environment, settings.toArray(String[]::new));
        server.script("promptTokenCount: 10 candidatesTokenCount: 300000");
        HttpServer door = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        door.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        MovedServer moved = new MovedServer(server, now);
        door.createContext("/", moved::handle);
        door.start();
        System.out.println(PORTS + server.port() + " " + door.getAddress().getPort());
    }

    private static void awaitEndOfStarter() {
        try {
            while (System.in.read() >= 0) {
                continue;
            }
        } catch (IOException e) {
            // As good as the end.
        }
        Runtime.getRuntime().halt(1);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String[] words = exchange.getRequestURI().getPath().substring(1).split("/");
            int status = 200;
            String text;
            try {
                text = done(words[0], Arrays.copyOfRange(words, 1, words.length));
            } catch (ApiException e) {
                status = e.error().status();
                text = e.error().message();
            } catch (RuntimeException e) {
                status = 500;
                text = e.toString();
                e.printStackTrace();
            }
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private String done(String word, String... with) {
        switch (word) {
            case "at" -> now.set(Instant.ofEpochMilli(Long.parseLong(with[0])));
            case "sweep" -> plans.sweep().sweep();
            case "customer" -> {
                Customer customer = server.customer(with[0]);
                return customer.account() + " " + customer.key();
            }
            case "begin" -> {
                return opened(server.money()
                        .payments()
                        .begin(by(with[0]), checkout.channel(), with[1], Long.parseLong(with[2])));
            }
            case "buy" -> {
                return opened(server.money()
                        .payments()
                        .beginPlan(
                                by(with[0]),
                                checkout.channel(),
                                with[1],
                                plans.plans().newest(with[2]),
                                with[3].equals("now")));
            }
            case "cancel" -> act(PlanActions.CANCEL, with[0]);
            case "keep" -> act(PlanActions.KEEP, with[0]);
            default -> throw new IllegalArgumentException(word);
        }
        return "";
    }

    private static Acting by(String account) {
        return new Acting(account, "per_1", null, null);
    }

    private void act(Action<PlanActions.Stores, ?> action, String account) {
        action.answer(plans, ActionRequest.of(by(account), _ -> "", _ -> null, Body.NONE));
    }

    private String opened(Outcome<Payment> begun) {
        Payment payment = begun.orThrow();
        return checkout.open(payment, "https://example.org/dashboard/billing") ? "opened" : "not opened";
    }
}
