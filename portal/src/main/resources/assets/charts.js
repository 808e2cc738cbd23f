// Draws bars from the table that a page has under "Show as table". The table is what counts: nothing is known here that is not in it.
(() => {
  'use strict';

  const FONT = '12px system-ui, sans-serif';

  // pixels at the right of the bars
  const BESIDE = 8;

  // in pixels: a Latin letter with its gap, or a sign of Chinese or Japanese, which is as wide as it is high
  const width = (label) => [...label].reduce((sum, letter) => sum + (letter > '\u2e7f' ? 12 : 8), 0);

  // whether a label below the last bar, which is the longest if the day is not over, ends before the picture does
  const fits = (plot, labels, i) => {
    if (i !== labels.length - 1) return true;
    const pen = document.createElement('canvas').getContext('2d');
    pen.font = FONT;
    return plot.valToPos(i, 'x') + pen.measureText(labels[i]).width / 2 <= plot.bbox.width / devicePixelRatio + BESIDE;
  };

  const colours = (names) => {
    const style = getComputedStyle(document.documentElement);
    return names.map((name) => style.getPropertyValue(name).trim());
  };

  const read = (table, beside) => {
    const heads = [...table.tHead.rows[0].cells].slice(1, -1);
    const rows = [...table.tBodies[0].rows];
    return {
      names: heads.map((head) => head.textContent),
      last: table.tHead.rows[0].cells[heads.length + 1].textContent,
      beside,
      before: heads.map((head) => head.dataset.colour === '-1'),
      colours: heads.map((head) => (head.dataset.colour === '-1' ? '--muted' : '--s' + head.dataset.colour)),
      labels: rows.map((row) => row.cells[0].textContent.trim()),
      links: rows.map((row) => row.cells[0].querySelector('a')?.href ?? ''),
      texts: rows.map((row) => [...row.cells].slice(1).map((cell) => cell.textContent)),
      values: heads.map((_, i) => rows.map((row) => {
        const value = row.cells[i + 1].querySelector('data').value;
        return value === '' ? null : Number(value);
      })),
    };
  };

  // bars: each series on top of those before it; the highest is drawn first, the others over it, and over all the range before
  const drawn = (data, isLines) => {
    const series = data.values.map((values, k) => ({ values, colour: data.colours[k], isLine: isLines || data.before[k], isBefore: data.before[k] }));
    if (isLines) return series;
    const bars = series.filter((one) => !one.isBefore);
    let below = data.labels.map(() => 0);
    for (const bar of bars) {
      bar.values = below.map((sum, i) => sum + (bar.values[i] ?? 0));
      below = bar.values;
    }
    return [...bars.reverse(), ...series.filter((one) => one.isBefore)];
  };

  // below the bars: the sum, then each series, the largest first; the line under it says the same to screen readers
  const tip = (box, plot, data, i) => {
    const swatches = box.closest('section').querySelectorAll('.legend svg');
    const table = document.createElement('table');
    const row = (name, text, swatch) => {
      const cells = table.insertRow();
      cells.insertCell().append(swatch ? swatch.cloneNode(true) : '');
      cells.insertCell().textContent = name;
      const figure = cells.insertCell();
      figure.className = 'num';
      figure.textContent = text;
    };
    const isSum = !data.beside;
    row(data.labels[i], isSum ? data.texts[i].at(-1) : '');
    const order = data.names.map((_, k) => k).filter((k) => data.values[k][i]);
    if (isSum) order.sort((a, b) => data.values[b][i] - data.values[a][i]);
    order.forEach((k) => row(data.names[k], data.texts[i][k], swatches[k]));
    if (!isSum) row(data.last, data.texts[i].at(-1));
    box.replaceChildren(table);
    box.hidden = false;
    const at = plot.valToPos(i, 'x') + plot.over.offsetLeft;
    box.style.left = Math.max(0, Math.min(at - box.offsetWidth / 2, plot.width - box.offsetWidth)) + 'px';
  };

  const tell = (readout, data, i) => {
    const texts = data.texts[i];
    const label = data.labels[i];
    const parts = data.names.map((name, k) => name + ' ' + texts[k]).filter((_, k) => texts[k] !== '–');
    if (data.beside) readout.textContent = word('{label}: {parts}, {last} {sum}', { label, parts: facts(parts), last: data.beside, sum: texts.at(-1) });
    else if (parts.length > 1) readout.textContent = word('{label}: {parts}, all {sum}', { label, parts: facts(parts), sum: texts.at(-1) });
    else readout.textContent = parts.length ? word('{label}: {parts}', { label, parts: parts[0] }) : word('{label}: nothing', { label });
  };

  const draw = (place) => {
    const data = read(document.getElementById(place.dataset.chart), place.dataset.beside); // the last column's name, unless it is the sum
    const readout = document.getElementById('chart-readout');
    const box = document.createElement('div');
    box.className = 'tip';
    box.hidden = true;
    box.setAttribute('aria-hidden', 'true');
    const [line, muted] = colours(['--line', '--muted']);
    const { prefix, suffix } = place.dataset;
    const isLines = place.dataset.lines === 'true';
    const all = drawn(data, isLines);
    const strokes = colours(all.map((one) => one.colour));
    const x = data.labels.map((_, i) => i);
    const bars = uPlot.paths.bars({ size: [0.75, 40] });
    const axis = { stroke: muted, font: FONT, ticks: { show: false } };
    const options = {
      width: place.clientWidth,
      height: 220,
      legend: { show: false },
      padding: [8, BESIDE, 0, 0],
      cursor: { x: false, y: false, drag: { x: document.querySelector('[data-range]') !== null, y: false, setScale: false }, points: { show: false } },
      scales: {
        x: { time: false, range: [-0.6, Math.max(x.length, 1) - 0.4] },
        y: { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.05 : 1] },
      },
      axes: [
        { ...axis, grid: { show: false }, size: 28, space: Math.max(64, ...data.labels.slice(0, -1).map(width)), incrs: [1, 2, 5, 7, 10, 14, 30, 60, 120], values: (plot, at) => at.map((i) => (fits(plot, data.labels, i) ? data.labels[i] ?? '' : '')) },
        { ...axis, grid: { stroke: line, width: 1 }, size: 64, values: (_, at) => at.map((value) => prefix + signed(value.toLocaleString('en-GB', { maximumFractionDigits: 6 })) + suffix) },
      ],
      series: [{}, ...all.map((one, k) => (one.isLine
        ? { stroke: strokes[k], width: 2, dash: one.isBefore ? [4, 4] : undefined, spanGaps: true, points: { show: isLines, size: 5 } }
        : { fill: strokes[k], stroke: strokes[k], width: 0, paths: bars, points: { show: false } }))],
      hooks: {
        setCursor: [(plot) => {
          const i = plot.cursor.idx;
          box.hidden = i == null;
          if (i == null) return;
          tell(readout, data, i);
          tip(box, plot, data, i);
        }],
        setSelect: [(plot) => {
          if (plot.select.width < 12) return;
          const from = Math.max(0, Math.round(plot.posToVal(plot.select.left, 'x')));
          const to = Math.min(x.length - 1, Math.round(plot.posToVal(plot.select.left + plot.select.width, 'x')));
          zoom(data.links[from], data.links[to]);
        }],
      },
    };
    const plot = new uPlot(options, [x, ...all.map((one) => one.values)], place);
    place.append(box);
    return { plot, data };
  };

  // the same page over the days that were chosen, where it has a range
  const zoom = (first, last) => {
    if (!first || !last) return;
    const url = new URL(location.href);
    url.searchParams.set('range', 'own');
    url.searchParams.set('from', new URL(first).searchParams.get('from'));
    url.searchParams.set('to', new URL(last).searchParams.get('to'));
    location.assign(url);
  };

  const show = (place) => {
    let shown = draw(place);
    let at = -1;
    let pressed = 0;
    const again = () => { shown.plot.destroy(); place.querySelector('.tip').remove(); shown = draw(place); };
    const go = (to) => {
      at = Math.max(0, Math.min(shown.data.labels.length - 1, to));
      shown.plot.setCursor({ left: shown.plot.valToPos(at, 'x'), top: 10 });
    };
    place.addEventListener('keydown', (event) => {
      const last = shown.data.labels.length - 1;
      switch (event.key) {
        case 'ArrowRight': go(at + 1); break;
        case 'ArrowLeft': go(at < 0 ? last : at - 1); break;
        case 'Home': go(0); break;
        case 'End': go(last); break;
        case 'Enter': if (at >= 0 && shown.data.links[at]) location.assign(shown.data.links[at]); break;
        default: return;
      }
      event.preventDefault();
    });
    place.addEventListener('pointerdown', (event) => { pressed = event.clientX; });
    place.addEventListener('click', (event) => {
      const i = shown.plot.cursor.idx;
      if (Math.abs(event.clientX - pressed) < 4 && i != null && shown.data.links[i]) location.assign(shown.data.links[i]);
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
    new ResizeObserver(() => {
      if (place.clientWidth !== shown.plot.width) shown.plot.setSize({ width: place.clientWidth, height: 220 });
    }).observe(place);
  };

  // The page is painted first: to draw takes as long as all that it waits for otherwise, and the place for it is kept.
  requestAnimationFrame(() => setTimeout(() => document.querySelectorAll('[data-chart]').forEach(show)));
})();
