"use strict";
// What the page does beyond showing: the treemap, and sorting and searching of tables. Everything it needs is in the page.
(() => {
    const element = document.getElementById("data");
    const data = element ? JSON.parse(element.textContent) : null;

    const size = (bytes) => {
        const units = ["B", "kB", "MB", "GB", "TB"];
        let unit = 0;
        while (bytes >= 1000 && unit < units.length - 1) {
            bytes /= 1000;
            unit += 1;
        }
        return (unit === 0 ? bytes : bytes.toFixed(1)) + " " + units[unit];
    };

    // A colour for each group, far apart on the circle; lightness comes from the style, so that text is readable in both schemes.
    const colour = (index) => `hsl(${(index * 137.5 + 205) % 360} var(--tile-colour) var(--tile-light))`;

    // Squarified treemap (Bruls, Huizing, van Wijk 2000): rectangles for `items`, largest first, as square as they can be.
    const squarify = (items, box) => {
        const placed = [];
        let rest = items.filter((item) => item.bytes > 0).sort((a, b) => b.bytes - a.bytes);
        let { x, y, width, height } = box;
        let total = rest.reduce((sum, item) => sum + item.bytes, 0);
        while (rest.length > 0 && width > 0 && height > 0) {
            const side = Math.min(width, height);
            const scale = (width * height) / total;
            const worst = (row, sum) => {
                const area = sum * scale;
                const ratio = (side * side) / (area * area);
                return Math.max(row[0].bytes * scale * ratio, 1 / (row[row.length - 1].bytes * scale * ratio));
            };
            const row = [rest[0]];
            let sum = rest[0].bytes;
            let next = 1;
            while (next < rest.length && worst(row.concat(rest[next]), sum + rest[next].bytes) <= worst(row, sum)) {
                sum += rest[next].bytes;
                row.push(rest[next]);
                next += 1;
            }
            const depth = (sum * scale) / side;
            let place = 0;
            for (const item of row) {
                const length = (item.bytes / sum) * side;
                placed.push(width >= height
                    ? { item, x, y: y + place, width: depth, height: length }
                    : { item, x: x + place, y, width: length, height: depth });
                place += length;
            }
            if (width >= height) {
                x += depth;
                width -= depth;
            } else {
                y += depth;
                height -= depth;
            }
            total -= sum;
            rest = rest.slice(next);
        }
        return placed;
    };

    const map = document.getElementById("map");
    if (map && data) {
        const title = document.getElementById("map-title");
        const up = document.getElementById("map-up");
        const note = document.getElementById("map-note");
        const views = { packages: data.requests, folders: data.folders };
        let view = "packages";
        let path = [];

        const put = (rectangle, node, group, open, isGroup = false) => {
            const button = document.createElement("button");
            button.type = "button";
            if (isGroup) button.className = "group";
            for (const [name, value] of [["left", rectangle.x], ["top", rectangle.y], ["width", rectangle.width], ["height", rectangle.height]]) {
                button.style[name] = value.toFixed(1) + "px";
            }
            button.style.background = colour(group);
            const words = `${node.name}, ${size(node.bytes)}` + (node.note ? `, ${node.note}` : "");
            button.title = words;
            button.setAttribute("aria-label", words);
            // Tiles too small for text stay reachable with the pointer, not with the tab key.
            if (rectangle.width < 36 || rectangle.height < 16) button.tabIndex = -1;
            else {
                const lines = isGroup ? [`${node.name} ${size(node.bytes)}`] : [node.name, size(node.bytes)];
                for (const line of rectangle.height > 34 ? lines : lines.slice(0, 1)) {
                    const text = document.createElement("span");
                    text.textContent = line;
                    button.append(text);
                }
            }
            button.addEventListener("click", () => open(node));
            map.append(button);
        };

        const draw = () => {
            map.replaceChildren();
            const node = path.length > 0 ? path[path.length - 1] : views[view];
            title.textContent = [views[view], ...path].map((part) => part.name).join(" \u203A ") + ": " + size(node.bytes);
            up.disabled = path.length === 0;
            const open = (child, parents) => {
                if (!child.children || child.children.length === 0) {
                    note.textContent = `${child.name}: ${size(child.bytes)}` + (child.note ? ` \u2014 ${child.note}` : "");
                    return;
                }
                path = path.concat(parents, child);
                draw();
                up.focus();
            };
            // Groups within groups, as deep as there is room; what fills most of its parent passes the choice of colours on.
            const nest = (node, box, parents, group, depth) => {
                const total = (node.children || []).reduce((sum, child) => sum + child.bytes, 0);
                squarify(node.children || [], box).forEach((tile, index) => {
                    if (tile.width < 3 || tile.height < 3) return;
                    const child = tile.item;
                    const own = group === null ? index : group;
                    const inner = { x: tile.x + 2, y: tile.y + 17, width: tile.width - 4, height: tile.height - 19 };
                    const isGroup = depth < 6 && child.children && inner.width > 60 && inner.height > 30;
                    put(tile, child, own, (chosen) => open(chosen, parents), isGroup);
                    const passesOn = group === null && child.bytes > total * 0.6;
                    if (isGroup) nest(child, inner, [...parents, child], passesOn ? null : own, depth + 1);
                });
            };
            nest(node, { x: 0, y: 0, width: map.clientWidth, height: map.clientHeight }, [], null, 0);
        };

        const choose = (name) => {
            view = name;
            path = [];
            for (const button of document.querySelectorAll("[data-view]")) {
                button.setAttribute("aria-pressed", String(button.dataset.view === name));
            }
            draw();
        };
        for (const button of document.querySelectorAll("[data-view]")) {
            button.addEventListener("click", () => choose(button.dataset.view));
        }
        up.addEventListener("click", () => {
            path.pop();
            draw();
        });
        let pending = 0;
        addEventListener("resize", () => {
            cancelAnimationFrame(pending);
            pending = requestAnimationFrame(draw);
        });
        // report.html#folders begins with the folders.
        choose(location.hash === "#folders" ? "folders" : "packages");
    }

    for (const heading of document.querySelectorAll("th[data-sort]")) {
        const button = document.createElement("button");
        button.type = "button";
        button.append(...heading.childNodes);
        heading.append(button);
        button.addEventListener("click", () => {
            const table = heading.closest("table");
            const column = [...heading.parentNode.children].indexOf(heading);
            const isNumber = heading.dataset.sort === "number";
            const was = heading.getAttribute("aria-sort");
            const descending = was ? was === "ascending" : isNumber;
            for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
            heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
            const value = (row) => {
                const cell = row.children[column];
                return isNumber ? Number(cell.dataset.value || 0) : cell.textContent.trim().toLowerCase();
            };
            const body = table.tBodies[0];
            const rows = [...body.rows].map((row) => [value(row), row]);
            rows.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0) * (descending ? -1 : 1));
            body.append(...rows.map(([, row]) => row));
        });
    }

    for (const search of document.querySelectorAll("input[data-search]")) {
        const table = document.getElementById(search.dataset.search);
        const count = document.getElementById(search.dataset.search + "-count");
        const filter = () => {
            const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
            let visible = 0;
            for (const row of table.tBodies[0].rows) {
                const text = row.textContent.toLowerCase();
                row.hidden = !words.every((word) => text.includes(word));
                if (!row.hidden) visible += 1;
            }
            count.textContent = `${visible} of ${table.tBodies[0].rows.length}`;
        };
        search.addEventListener("input", filter);
        filter();
    }
    document.documentElement.dataset.ready = "true";
})();
