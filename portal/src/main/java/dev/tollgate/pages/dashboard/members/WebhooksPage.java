package dev.tollgate.pages.dashboard.members;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.webhooks.WebhookBody;
import dev.tollgate.customers.webhooks.WebhookEvent;
import dev.tollgate.customers.webhooks.Webhooks;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtewebhooksGenerated;

/**
 * {@code /dashboard/webhooks}: the addresses that receive an organization's events, the latest deliveries, and each event as it is sent.
 *
 * @param complaint what is wrong with a URL, in words that follow the field's name; null if nothing is
 */
public record WebhooksPage(Webhooks webhooks, Function<String, @Nullable Sentence> complaint, InstantSource clock) {

    private static final String PATH = "/dashboard/webhooks";

    /** The choice of a new webhook. */
    private static final List<WebhookEvent> USUAL = WebhookEvent.Group.ORGANIZATION.events();

    private static final String EXAMPLE_ID = "msg_8Qk2";

    /** The beginning of the name of an event's box. */
    private static final String BOX = "events.";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(
                        PATH,
                        pages.members(Right.WEBHOOKS),
                        request -> PageStep.show(page(request, Typed.of(USUAL, Map.of())))),
                pages.post(PATH, pages.members(Right.WEBHOOKS), this::take));
    }

    /**
     * The state of the form.
     *
     * @param errors by field; {@code form} is one of the whole page
     * @param secret of a webhook that was just made or got a new one; null for none
     */
    public record Typed(
            String url,
            String form,
            List<WebhookEvent> events,
            Map<String, String> errors,
            @Nullable String secret) {

        static Typed of(List<WebhookEvent> events, Map<String, String> errors) {
            return new Typed("", "", events, errors, null);
        }

        static Typed of(Form form, Map<String, String> errors) {
            return new Typed(form.text("url").strip(), form.text("form"), chosen(form), errors, null);
        }
    }

    /** The lists of the page. @param isOpen whether it shows the form of a new webhook @param now the time of the examples */
    public record Listed(
            List<Webhooks.Webhook> webhooks, List<Webhooks.Delivery> deliveries, boolean isOpen, Instant now) {

        /** Returns the address of a delivery. */
        public String url(Webhooks.Delivery delivery) {
            Webhooks.Webhook webhook = webhook(delivery);
            return webhook == null ? say("a deleted address") : webhook.url();
        }

        /** Returns the body of a delivery. */
        public String body(Webhooks.Delivery delivery) {
            Webhooks.Webhook webhook = webhook(delivery);
            return WebhookBody.of(
                    webhook == null ? Webhooks.Form.STANDARD : webhook.form(),
                    delivery.id(),
                    delivery.event(),
                    delivery.createdAt(),
                    delivery.data());
        }

        private Webhooks.@Nullable Webhook webhook(Webhooks.Delivery delivery) {
            return webhooks.stream()
                    .filter(each -> each.id().equals(delivery.webhookId()))
                    .findFirst()
                    .orElse(null);
        }

        /** Returns an event as it would be sent now. */
        public String example(WebhookEvent event, Webhooks.Form form) {
            return WebhookBody.of(form, EXAMPLE_ID, event.text(), now, event.example(now));
        }
    }

    /** Returns which events a webhook receives, in words. */
    public static String events(Webhooks.Webhook webhook) {
        long received = WebhookEvent.CHOSEN.stream().filter(webhook::receives).count();
        int all = WebhookEvent.CHOSEN.size();
        return received == all ? say("events::all") : say("{count} of {all}", received, all);
    }

    /** Returns the name of a group of events. */
    public static String name(WebhookEvent.Group group) {
        return switch (group) {
            case ORGANIZATION -> say("Organization");
            case BATCHES -> say("Batches");
            case BACKGROUND -> say("Responses and interactions in the background");
        };
    }

    /** Returns what came of a delivery. */
    public static String result(Webhooks.Delivery delivery) {
        String state =
                switch (delivery.state()) {
                    case "sent" -> say("sent");
                    case "failed" -> say("failed");
                    default -> say("waiting");
                };
        if (delivery.attempts() == 0) {
            return state;
        }
        return delivery.status() == 0
                ? say("{state}, no response", state)
                : say("{state}, status {status}", state, String.valueOf(delivery.status()));
    }

    /** Returns whether a delivery that failed is tried once more. */
    public static boolean isTriedAgain(Webhooks.Delivery delivery) {
        return delivery.state().equals("waiting") && delivery.attempts() > 0;
    }

    /** Returns the events whose boxes are checked. */
    private static List<WebhookEvent> chosen(Form form) {
        return WebhookEvent.CHOSEN.stream()
                .filter(event -> form.field(BOX + event.text()) != null)
                .toList();
    }

    private PageStep take(PageRequest<Visitor.Member> request, Form form) {
        Acting by = PageRequest.acting(request);
        String id = form.text("webhook");
        Duration wait = webhooks.countChange(by.accountId());
        if (wait.isPositive()) {
            String often = say("This organization has changed or tested its webhooks too often.");
            return new PageStep.Show(429, page(request, Typed.of(form, Map.of("form", Display.later(often, wait)))));
        }
        switch (form.text("deed")) {
            case "create":
                return create(request, form);
            case "rotate":
                return shown(request, webhooks.rotate(by, id));
            case "events":
                return choose(request, id, chosen(form));
            case "enable":
                webhooks.enable(by, id);
                break;
            case "delete":
                webhooks.delete(by, id);
                break;
            case "test":
                webhooks.test(by);
                break;
            default:
        }
        return PageStep.to(PATH);
    }

    private PageStep choose(PageRequest<Visitor.Member> request, String id, List<WebhookEvent> events) {
        if (events.isEmpty()) {
            Typed typed = Typed.of(USUAL, Map.of("form", needed()));
            return PageStep.again(page(request, typed));
        }
        webhooks.choose(PageRequest.acting(request), id, events);
        return PageStep.to(PATH);
    }

    private static String needed() {
        return say("Choose at least one event.");
    }

    private PageStep create(PageRequest<Visitor.Member> request, Form form) {
        Typed typed = Typed.of(form, Map.of());
        Sentence wrong = complaint.apply(typed.url());
        if (wrong != null) {
            return again(request, form, "url", say("The URL {reason}", wrong));
        }
        if (typed.events().isEmpty()) {
            return again(request, form, "events", needed());
        }
        Webhooks.Form chosen = typed.form().equals("slack") ? Webhooks.Form.SLACK : Webhooks.Form.STANDARD;
        String secret = webhooks.create(PageRequest.acting(request), typed.url(), chosen, typed.events());
        return secret == null
                ? again(request, form, "url", say("An organization has up to {most} webhooks.", Webhooks.EACH_MAX))
                : shown(request, secret);
    }

    private PageStep again(PageRequest<Visitor.Member> request, Form form, String field, String error) {
        return PageStep.again(page(request, Typed.of(form, Map.of(field, error))));
    }

    private PageStep shown(PageRequest<Visitor.Member> request, @Nullable String secret) {
        return secret == null
                ? PageStep.to(PATH)
                : PageStep.show(page(request, new Typed("", "", USUAL, Map.of(), secret)));
    }

    private PageStep.Drawing page(PageRequest<Visitor.Member> request, Typed typed) {
        String account = request.visitor().accountId();
        List<Webhooks.Webhook> all = webhooks.list(account);
        boolean isOpen = request.query("new") != null
                || typed.errors().containsKey("url")
                || typed.errors().containsKey("events")
                || all.isEmpty();
        Listed listed = new Listed(
                all, webhooks.deliveries(account), isOpen, clock.instant().truncatedTo(ChronoUnit.SECONDS));
        return (out, shell) -> JtewebhooksGenerated.render(out, null, shell, listed, typed);
    }
}
