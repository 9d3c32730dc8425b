//! Charts as SVG text.

use plotters::prelude::{
    ChartBuilder, Color, IntoDrawingArea, IntoFont, LineSeries, Palette, Palette99, PathElement, Rectangle,
    SVGBackend, WHITE,
};

/// A chart that could not be drawn.
pub(super) type ChartError = Box<dyn std::error::Error + Send + Sync>;

const SIZE: (u32, u32) = (760, 360);

/// What a chart shows of one policy.
pub(super) struct Series {
    pub(super) name: String,
    pub(super) values: Vec<f64>,
}

/// Share of the calls that are answered within so many minutes; `most` is where the chart ends.
pub(super) fn shares(caption: &str, series: &[Series], most: f64) -> Result<String, ChartError> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .caption(caption, ("sans-serif", 16).into_font())
            .margin(12)
            .x_label_area_size(36)
            .y_label_area_size(48)
            .build_cartesian_2d(0.0..most, 0.0..1.0)?;
        chart.configure_mesh().x_desc("minutes from the call").y_desc("share of the calls").draw()?;
        for (number, Series { name, values }) in series.iter().enumerate() {
            let mut sorted = values.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            let count = sorted.len().max(1) as f64;
            let points = (1..).zip(&sorted).map(|(rank, &value)| (value.min(most), f64::from(rank) / count));
            let color = Palette99::pick(number).to_rgba();
            chart
                .draw_series(LineSeries::new(points, color.stroke_width(2)))?
                .label(name.as_str())
                .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 16, y)], color.stroke_width(2)));
        }
        chart.configure_series_labels().background_style(WHITE.mix(0.8)).border_style(WHITE).draw()?;
        area.present()?;
    }
    Ok(svg)
}

/// One bar for each policy.
pub(super) fn bars(caption: &str, unit: &str, bars: &[(String, f64)]) -> Result<String, ChartError> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let most = bars.iter().map(|&(_, value)| value).fold(0.0, f64::max).max(1e-9) * 1.15;
        let width = bars.len() as f64;
        let mut chart = ChartBuilder::on(&area)
            .caption(caption, ("sans-serif", 16).into_font())
            .margin(12)
            .x_label_area_size(12)
            .y_label_area_size(56)
            .build_cartesian_2d(0.0..width, 0.0..most)?;
        chart.configure_mesh().disable_x_mesh().x_labels(0).y_desc(unit).draw()?;
        for (number, (name, value)) in bars.iter().enumerate() {
            let color = Palette99::pick(number).to_rgba();
            let left = number as f64;
            let bar = Rectangle::new([(left + 0.15, 0.0), (left + 0.85, *value)], color.filled());
            chart
                .draw_series(std::iter::once(bar))?
                .label(format!("{name}: {value:.1}"))
                .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 12, y + 5)], color.filled()));
        }
        chart.configure_series_labels().background_style(WHITE.mix(0.8)).border_style(WHITE).draw()?;
        area.present()?;
    }
    Ok(svg)
}
