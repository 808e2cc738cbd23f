package dev.tollgate.console;

import dev.tollgate.admin.OperatorLinks;
import dev.tollgate.admin.OperatorSettings;
import dev.tollgate.admin.Refused;
import dev.tollgate.config.CurrentSettings;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.mail.Outbox;
import dev.tollgate.pages.PageRequest;
import dev.tollgate.pages.PageStep;
import dev.tollgate.pages.Pages;
import dev.tollgate.pages.Texts;
import dev.tollgate.pages.Visitor;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code /console/settings}: all settings with where their values come from, and a form for each that may be changed while the program runs. */
public final class ConsoleSettings {

    static final String PATH = "/console/settings";
    private static final String MAIL = "mail";
    private static final String TEMPLATE = "console/settings.jte";

    private final OperatorSettings settings;
    private final OperatorLinks links;
    private final DeedForms forms;

    public ConsoleSettings(OperatorSettings settings, OperatorLinks links, DeedForms forms) {
        this.settings = settings;
        this.links = links;
        this.forms = forms;
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.operators(), request -> show(request, FormState.kept(forms.kept(request)), 200)),
                pages.post(PATH, pages.operators(), this::set));
    }

    /** A setting, written out. @param value of a secret only whether there is one @param typed what its field says by itself */
    public record Line(
            String name, String value, String source, String about, String allowed, boolean changeable, String typed) {}

    private PageStep set(PageRequest<Visitor.Member> request, Form form) {
        PageStep proof = forms.proofFirst(request, form, PATH);
        if (proof != null) {
            return proof;
        }
        try {
            if (FormState.text(form, "deed").equals(MAIL)) {
                links.testMail(forms.by(request, form), FormState.text(form, "email"));
                return PageStep.to(PATH + "?done=" + MAIL);
            }
            String value = FormState.text(form, "value");
            settings.set(forms.by(request, form), FormState.text(form, "deed"), value.isEmpty() ? null : value);
            return PageStep.to(PATH + "?done=setting");
        } catch (Refused | IllegalArgumentException e) {
            return show(request, FormState.wrong(form, String.valueOf(e.getMessage())), 422);
        }
    }

    private PageStep show(PageRequest<Visitor.Member> request, FormState form, int status) {
        List<Line> lines = settings.all().stream().map(ConsoleSettings::line).toList();
        Map<String, Object> params = new HashMap<>();
        params.put("changeable", lines.stream().filter(Line::changeable).toList());
        params.put("others", lines.stream().filter(line -> !line.changeable()).toList());
        params.put("form", form);
        params.put("done", request.query("done") != null && status == 200);
        params.put("mailed", MAIL.equals(request.query("done")));
        params.put("mail", links.links().isMailOn());
        Outbox.State state = links.links().mailState();
        Instant sent = state.sentAt();
        ZoneId zone = request.visitor().person().preferences().zone();
        params.put("sent", sent == null ? "" : Texts.time(sent, zone));
        params.put("waiting", state.waiting() < 100 ? Texts.number(state.waiting()) : "100 or more");
        params.put("failure", state.reason() == null ? "" : state.reason());
        return status == 200 ? PageStep.show(TEMPLATE, params) : PageStep.again(TEMPLATE, params);
    }

    private static Line line(OperatorSettings.Shown shown) {
        String value = shown.value();
        String stored = shown.stored();
        return new Line(
                shown.setting().name(),
                value != null ? value : shown.isSet() ? "set, not shown" : "–",
                source(shown.source()),
                shown.setting().doc(),
                shown.setting().allowed(),
                shown.setting().changeable(),
                stored == null ? "" : stored);
    }

    private static String source(CurrentSettings.Source source) {
        return switch (source) {
            case ARGUMENT -> "argument";
            case ENVIRONMENT -> "environment";
            case FILE -> "file";
            case STORED -> "set here";
            case DEFAULT -> "default";
        };
    }
}
