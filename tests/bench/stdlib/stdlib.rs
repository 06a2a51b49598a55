// The rows of stdlib.sip as Rust's std has them. What it has not is left out. Usage: stdlib N
use std::collections::HashMap;
use std::fmt::Write;
use std::time::Instant;

fn step(state: &mut u64) -> u64 {
    let mut x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    *state = x;
    x
}

const SEED: u64 = 88172645463325252;

fn show(label: &str, sum: u64, from: Instant) {
    println!("# {label}: {sum}\n# us of {label}: {}", from.elapsed().as_micros());
}

fn sorting(n: usize) {
    let mut state = SEED;
    let mut items: Vec<u32> = (0..n).map(|_| step(&mut state) as u32).collect();
    let mut again = items.clone();
    let from = Instant::now();
    items.sort_unstable();
    show("sort u32", (items[n / 2] ^ items[n / 3]) as u64, from);
    let from = Instant::now();
    again.sort();
    show("stable sort u32", (again[n / 2] ^ again[n / 3]) as u64, from);
}

fn mapping(n: usize) {
    let mut state = SEED;
    let from = Instant::now();
    let mut map: HashMap<u64, u64> = HashMap::new();
    for i in 0..n as u64 {
        map.insert(step(&mut state), i);
    }
    show("map insert u64", map.len() as u64, from);
    let mut state = SEED;
    let mut sum = 0;
    let from = Instant::now();
    for _ in 0..n {
        let key = step(&mut state);
        if let Some(x) = map.get(&key) {
            sum += x;
        }
        if map.contains_key(&(key ^ 1)) {
            sum += 1;
        }
    }
    show("map look-up u64", sum, from);
}

fn building(n: usize) {
    let from = Instant::now();
    let mut text = String::new();
    for i in 0..n {
        text.push_str("item ");
        text.push_str(if i % 2 == 0 { "even" } else { "odd" });
        text.push_str("; ");
    }
    show("build text", text.len() as u64, from);
}

fn integers(n: usize) {
    let mut state = SEED;
    let from = Instant::now();
    let mut text = String::new();
    for _ in 0..n {
        let x = step(&mut state);
        writeln!(text, "{}", x >> (x & 63)).unwrap();
    }
    show("format integers", text.len() as u64, from);
    let from = Instant::now();
    let mut sum = 0u64;
    for line in text.lines() {
        sum = sum.wrapping_add(line.parse().unwrap());
    }
    show("parse integers", sum, from);
}

fn float_of(bits: u64) -> f64 {
    f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | ((bits >> 52) % 128 + 959) << 52)
}

fn floats(n: usize) {
    let mut state = SEED;
    let from = Instant::now();
    let mut text = String::new();
    for _ in 0..n {
        writeln!(text, "{:e}", float_of(step(&mut state))).unwrap();
    }
    show("format floats", n as u64, from);
    let from = Instant::now();
    let mut sum = 0.0;
    for line in text.lines() {
        sum += line.parse::<f64>().unwrap();
    }
    show("parse floats", (sum / 1e9) as u64, from);
}

fn main() {
    let n = std::env::args().nth(1).map_or(20000, |text| text.parse().unwrap());
    for _ in 0..9 {
        sorting(n);
        mapping(n);
        building(n);
        integers(n);
        floats(n);
    }
}
