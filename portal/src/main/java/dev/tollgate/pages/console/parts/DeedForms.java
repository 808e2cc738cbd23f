package dev.tollgate.pages.console.parts;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.fields.Body;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.host.UrlText;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.customers.notices.Dismissals;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.SignIn;
import dev.tollgate.http.Form;
import dev.tollgate.operator.admin.AdminRequest;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.OperatorAction.Button;
import dev.tollgate.operator.admin.actions.OperatorActions;
import dev.tollgate.pages.dashboard.parts.ActionForms;
import dev.tollgate.pages.frame.Once;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.SealedFields;
import dev.tollgate.pages.frame.Visitor;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** The common part of all operators' forms: the operator, the reason, one execution, and a recent password. Thread-safe. */
public final class DeedForms {

    /** The field that names the action. */
    static final String DEED = "deed";

    /** Named before a field: the value that its form was shown with. */
    public static final String WAS = "was-";

    private static final String DONE = "done";
    private static final int CARRIED_CHARS_MAX = 600;
    private static final String KEPT = "kept";

    /** The field of the password page that carries the sealed form. */
    private static final String WAITING = "waiting";

    private static final String SEALED_ID = "sealed-id";
    private static final String SEALED_AT = "sealed-at";
    private static final String WHOM = "sealed-whom";

    /** The time within which a form is carried out after the password. */
    private static final Duration WAITS_MAX = Duration.ofMinutes(10);

    private final People people;
    private final SealedFields fields;
    private final Dismissals carriedOut;
    private final SecureRandom random;
    private final InstantSource clock;

    public DeedForms(
            People people, SealedFields fields, Dismissals carriedOut, SecureRandom random, InstantSource clock) {
        this.people = people;
        this.fields = fields;
        this.carriedOut = carriedOut;
        this.random = random;
        this.clock = clock;
    }

    /** Names a form that is shown, so that money that is sent for twice by a double press moves once. */
    public String once() {
        return Once.next(random);
    }

    By by(PageRequest<Visitor.Member> request, Form form) {
        return new By(actor(request), form.field("reason"), requestId(form));
    }

    /** Makes the body of an action from a form. */
    @FunctionalInterface
    public interface Reading {

        /** @throws IllegalArgumentException with a sentence about what is wrong */
        ObjectNode body(PageRequest<Visitor.Member> request, Form form);
    }

    /** An action with its store. @param reading null for the action's fields as they are */
    private record Offer<S, T>(
            OperatorAction<S, T> action, S store, @Nullable Reading reading) {

        private T take(By by, Button button, PageRequest<Visitor.Member> request, Form form, Map<String, String> path) {
            List<Field<?>> fields = action.ownFields();
            ObjectNode body = reading == null ? ActionForms.typed(form, fields) : reading.body(request, form);
            return action.take(store, by, button, path, Body.of(body, fields));
        }
    }

    /** Begins the actions that a page offers. */
    public <S> Offers offer(S store, List<? extends OperatorAction<S, ?>> actions) {
        return new Offers(List.of()).and(store, actions);
    }

    /** Begins the actions that a page offers with one whose form has fields of its own. */
    public <S> Offers offer(S store, OperatorAction<S, ?> action, Reading reading) {
        return new Offers(List.of(new Offer<>(action, store, reading)));
    }

    /** The actions that a page offers: the field {@code deed} of a form names one, and the form's other fields are the action's. Immutable. */
    public final class Offers {

        private final List<Offer<?, ?>> all;

        private Offers(List<Offer<?, ?>> all) {
            this.all = all;
        }

        /** Returns these and more. */
        public <S> Offers and(S store, List<? extends OperatorAction<S, ?>> actions) {
            return new Offers(Stream.<Offer<?, ?>>concat(
                            all.stream(), actions.stream().map(action -> new Offer<>(action, store, null)))
                    .toList());
        }

        /**
         * Does what a form asks for.
         *
         * @param given by the page: parameters of the path, and fields; {@code id} is the account of a page of one
         * @param again answers a refusal
         * @param then leads on
         */
        public PageStep take(
                PageRequest<Visitor.Member> request,
                Form form,
                Map<String, String> given,
                Function<FormState, PageStep> again,
                Function<Done, PageStep> then) {
            OperatorActions.Asked asked = OperatorActions.asked(form.text(DEED));
            Offer<?, ?> offer = all.stream()
                    .filter(each -> asked != null && each.action().equals(asked.action()))
                    .findFirst()
                    .orElse(null);
            if (asked == null || offer == null) {
                throw ApiError.of(ErrorCode.INVALID_REQUEST, sentence("There is no such form on this page."))
                        .asException(); // no form of the page would show it
            }
            Done done;
            try {
                done = new Done(asked, run(offer, asked.button(), request, form, given));
            } catch (ApiException e) {
                return again.apply(wrong(form, offer.action(), e.error()));
            } catch (IllegalArgumentException e) {
                return again.apply(FormState.wrong(form, e));
            }
            return then.apply(done);
        }
    }

    private Object run(
            Offer<?, ?> offer,
            Button button,
            PageRequest<Visitor.Member> request,
            Form form,
            Map<String, String> given) {
        Sentence refusal = button.ofOthers();
        if (refusal != null && request.visitor().accountId().equals(given.get("id"))) {
            throw new Mistake(refusal);
        }
        Map<String, String> fields = new LinkedHashMap<>(form.fields());
        button.sets()
                .forEach((name, text) -> fields.put(
                        name, text.equals(Button.NOW) ? clock.instant().toString() : text));
        fields.putAll(given);
        Map<String, String> path = new HashMap<>(given);
        offer.action().chosen().forEach(field -> path.put(field.name(), FormState.text(form, field.name())));
        return Objects.requireNonNull(offer.take(by(request, form), button, request, new Form(fields), path));
    }

    /** Returns a form that was refused, with the refusal at its field. */
    public static FormState wrong(Form form, OperatorAction<?, ?> action, ApiError error) {
        return FormState.wrong(form, complaint(action, error), ActionForms.place(inputs(action), error));
    }

    private static List<Field<?>> inputs(OperatorAction<?, ?> action) {
        return Stream.of(action.ownFields(), action.chosen(), List.<Field<?>>of(AdminRequest.REASON))
                .<Field<?>>flatMap(List::stream)
                .toList();
    }

    /** Returns a refusal with the label of what is wrong. A field that is read with others has its label in the audit log alone. */
    public static String complaint(OperatorAction<?, ?> action, ApiError error) {
        Fact fact = error.param() == null ? null : action.told().fact(error.param());
        return fact == null || fact.told() == Fact.Told.NEVER
                ? ActionForms.complaint(inputs(action), error)
                : error.forPeople(fact.label()).said();
    }

    /** The result of a form. */
    public record Done(OperatorActions.Asked asked, Object value) {

        public boolean is(OperatorAction<?, ?> other) {
            return asked.action().equals(other);
        }

        /** Returns the way to a page that says what was done. */
        public PageStep on(String path) {
            return PageStep.to(
                    path + "?" + DONE + "=" + UrlText.encoded(asked.button().deed()));
        }

        /** Returns the way to a page that says how many were changed. */
        public PageStep on(String path, long number) {
            return PageStep.to(
                    path + "?" + DONE + "=" + UrlText.encoded(asked.button().deed()) + "&n=" + number);
        }
    }

    /** Returns what a page says of the form that has led to it; null for nothing. @param error of a form that was refused */
    public static @Nullable String done(PageRequest<?> request, @Nullable String error) {
        String deed = request.query(DONE);
        OperatorActions.Asked asked = deed == null || error != null ? null : OperatorActions.asked(deed);
        String number = Objects.requireNonNullElse(request.query("n"), "0");
        return asked == null || asked.button().done() == null || !number.matches("[0-9]{1,9}")
                ? null
                : asked.button().done().apply(Long.parseLong(number)).said();
    }

    /** Returns the word on the button of a form. */
    public static String word(String deed) {
        return Objects.requireNonNull(OperatorActions.asked(deed), deed)
                .button()
                .word()
                .said();
    }

    private static Actor actor(PageRequest<Visitor.Member> request) {
        return Actor.person(request.visitor().person().id(), request.visit().address());
    }

    private static @Nullable RequestId requestId(Form form) {
        String once = Once.of(form);
        return once == null ? null : RequestId.ofOperator(once);
    }

    /**
     * Returns the handler of a form that is carried out with a recent password. Without one, the password page shows the form, and sends it
     * here with the password: then it is carried out, once, within ten minutes, in the session that filled it in.
     *
     * @param whom names the target on the password page; empty for none
     */
    public Pages.Deed<Visitor.Member> proved(
            Function<PageRequest<Visitor.Member>, String> whom, Pages.Deed<Visitor.Member> deed) {
        return (request, form) -> {
            String waiting = form.field(WAITING);
            if (waiting != null) {
                return carryOut(request, form, waiting, deed);
            }
            return people.sessions().isProved(request.visitor().session())
                    ? deed.take(request, form)
                    : PageStep.to(provePath(sealed(request, form, whom.apply(request))));
        };
    }

    /** Returns whether a form would wait for the password, and is too long to be kept until then. */
    public boolean isTooLong(PageRequest<Visitor.Member> request, Form form) {
        return form.field(WAITING) == null
                && !people.sessions().isProved(request.visitor().session())
                && !isCarried(form);
    }

    private static boolean isCarried(Form form) {
        return form.fields().values().stream().allMatch(value -> value.length() <= CARRIED_CHARS_MAX);
    }

    private PageStep carryOut(
            PageRequest<Visitor.Member> request, Form form, String waiting, Pages.Deed<Visitor.Member> deed) {
        Map<String, String> typed = fields.open(request, waiting);
        String id = typed.get(SEALED_ID);
        String back = request.path() + "?" + KEPT + "=" + waiting;
        if (id == null || isLate(typed)) {
            return PageStep.to(provePath(id == null ? request.path() : back));
        }
        if (!people.sessions().isProved(request.visitor().session())) {
            SignIn proof =
                    people.passwordSignIn().prove(request.visitor().session(), form.text("password"), request.visit());
            if (!(proof instanceof SignIn.Welcome)) {
                String wrong = proof instanceof SignIn.Wait(Duration left) ? Long.toString(left.toSeconds() + 1) : "0";
                return PageStep.to(provePath(back) + "&wrong=" + wrong);
            }
        }
        // A reload, a double press or a second tab sends the same form: it leads to the page without a second deed.
        Instant end = clock.instant().plus(WAITS_MAX.multipliedBy(2));
        return carriedOut.dismissFirst(request.visitor().person().id(), id, end)
                ? deed.take(request, new Form(typed))
                : PageStep.to(request.path());
    }

    private static String provePath(String to) {
        return ConsolePaths.PROVE + "?to=" + UrlText.encoded(to);
    }

    /** Returns the way back to the filled-in form. A form with a field that is too long for it is not carried out from the password page. */
    private String sealed(PageRequest<Visitor.Member> request, Form form, String whom) {
        Map<String, String> typed = new LinkedHashMap<>();
        form.fields().forEach((name, value) -> {
            if (!name.equals("csrf") && value.length() <= CARRIED_CHARS_MAX) {
                typed.put(name, value);
            }
        });
        if (isCarried(form)) {
            typed.put(SEALED_ID, once());
            typed.put(SEALED_AT, Long.toString(clock.millis()));
            typed.put(WHOM, whom);
        }
        return request.path() + "?" + KEPT + "=" + fields.seal(request, request.path(), typed);
    }

    private boolean isLate(Map<String, String> typed) {
        Instant at = Instant.ofEpochMilli(Long.parseLong(typed.getOrDefault(SEALED_AT, "0")));
        return at.plus(WAITS_MAX).isBefore(clock.instant());
    }

    /**
     * A filled-in form that waits for the password.
     *
     * @param path that carries it out
     * @param sealed the form
     * @param title of the deed, as on its button
     * @param lines its target and fields in words
     * @param isLate whether it can no longer be carried out
     */
    public record Waiting(String path, String sealed, String title, Map<String, String> lines, boolean isLate) {}

    /** Returns the form that waits behind the way back to it; null if there is none of this session. */
    @Nullable
    Waiting waiting(PageRequest<Visitor.Member> request, String to) {
        int place = to.indexOf("?" + KEPT + "=");
        if (place < 0) {
            return null;
        }
        String path = to.substring(0, place);
        String sealed = to.substring(place + KEPT.length() + 2);
        Map<String, String> typed = fields.open(request, path, sealed);
        OperatorActions.Asked asked = OperatorActions.asked(typed.getOrDefault(DEED, ""));
        if (asked == null || !typed.containsKey(SEALED_ID)) {
            return null;
        }
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put(say("deed::For"), typed.getOrDefault(WHOM, ""));
        typed.forEach((name, value) -> {
            String was = typed.get(WAS + name);
            boolean isSame = value.equals(was) || (value.equals("on") && "true".equals(was)); // a box that stays ticked
            if (!isSame && !name.startsWith(WAS) && !NOT_SHOWN.contains(name)) {
                lines.put(label(asked.action(), name), text(asked.action(), name, value));
            } else if (name.startsWith(WAS)
                    && !typed.containsKey(name.substring(WAS.length()))
                    && value.equals("true")) {
                lines.put(label(asked.action(), name.substring(WAS.length())), say("state::off"));
            }
        });
        lines.values().removeIf(String::isBlank);
        return new Waiting(path, sealed, asked.button().word().said(), lines, isLate(typed));
    }

    /** Returns the meaning of an input; null if it is not known. A field that is read with others has it in the audit log alone. */
    private static @Nullable Fact fact(OperatorAction<?, ?> action, String name) {
        Field<?> field = action.input(name);
        return field == null || field.fact().told() == Fact.Told.NEVER
                ? action.told().fact(name)
                : field.fact();
    }

    private static String label(OperatorAction<?, ?> action, String name) {
        Field<?> field = action.input(name);
        Fact fact = fact(action, name);
        return field != null && field.input().label() != null
                ? field.inputLabel().said()
                : fact == null ? name : fact.label().said();
    }

    /** Returns what was typed or chosen, in words if it is a code. */
    private static String text(OperatorAction<?, ?> action, String name, String value) {
        Field<?> field = action.input(name);
        Fact fact = fact(action, name);
        Sentence word = fact == null ? null : fact.words().get(value);
        if (word != null) {
            return word.said();
        }
        JsonNode typed =
                field == null ? MissingNode.getInstance() : field.typed().apply(value);
        if (!typed.isBoolean()) {
            return value;
        }
        return typed.booleanValue() ? say("deed::yes") : say("deed::no");
    }

    /** Fields of forms without a meaning for people. */
    private static final Set<String> NOT_SHOWN =
            Set.of(DEED, ActionForms.BOXES, "version", Once.FIELD, SEALED_ID, SEALED_AT, WHOM);

    /** Returns the values typed into this page's form before the password page. */
    public Map<String, String> kept(PageRequest<Visitor.Member> request) {
        return fields.open(request, request.query(KEPT));
    }
}
